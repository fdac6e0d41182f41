"""Random goods of shops that don't exist, so that the generator learns to copy instead of to remember.

Names, model codes, prices and specs are drawn anew for every shop. Patterns: ``a|b`` picks one,
``[low..high]`` or ``[low..high:step]`` draws a number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from random import Random

from runtime.types import Product, Promotion

_NUMBER = re.compile(r"\[(\d+)\.\.(\d+)(?::(\d+))?\]")


@dataclass(frozen=True, slots=True)
class Kind:
    """What goods of one category look like."""

    category: str
    name: str  # the last part of the name, a pattern
    prices: tuple[int, int]  # yuan
    specs: str  # "name=pattern;name=pattern"
    features: str  # canonical words, divided by spaces
    installed: bool = False


KINDS = (
    Kind(
        "空调",
        "[1..3]匹变频空调|1.5匹变频空调|2匹立式空调|大1匹壁挂空调|3匹柜机|1.5匹新风空调|中央空调",
        (1299, 12999),
        "适用面积=[8..22]-[23..60]㎡;能效等级=一级|二级|三级;噪音=[16..28]dB|[16..26]分贝;功率=[500..2600:10]W;"
        "循环风量=[400..1400:10]m³/h;匹数=1匹|1.5匹|2匹|3匹;制冷量=[2200..7200:50]W;新风量=[20..90:5]m³/h",
        "省电 静音 变频 冷暖 适合老人 适合儿童 语音控制 智能 自清洁 除湿 新风 除菌 大字体 一键操作",
        True,
    ),
    Kind(
        "冰箱",
        "对开门冰箱|三门冰箱|十字门冰箱|法式多门冰箱|[100..650:10]升冰箱|两门小冰箱|迷你冰箱",
        (699, 13999),
        "总容积=[90..650]L|[90..650]升;能效等级=一级|二级;日耗电=0.[38..95]度|1.[10..30]度;噪音=[30..40]dB;"
        "冷冻能力=[3..12]kg/12h;宽度=[50..92]cm;制冷方式=风冷无霜|直冷|混冷",
        "省电 静音 大容量 小巧 除菌 变频 智能 保鲜 易清洁 性价比高 高端 恒温",
    ),
    Kind(
        "洗衣机",
        "[6..12]公斤滚筒洗衣机|[6..12]公斤洗烘一体机|波轮洗衣机|迷你洗衣机|[8..10]kg热泵烘干机",
        (499, 8999),
        "洗涤容量=[3..12]kg|[3..12]公斤;转速=[800..1400:100]转;能效等级=一级|二级;噪音=[45..62]dB;机身厚度=[40..60]cm;"
        "烘干容量=[4..8]kg;快洗=[12..30]分钟",
        "省电 静音 大容量 烘干 除菌 自清洁 节水 变频 智能 小巧 一键操作 适合老人 适合儿童",
        True,
    ),
    Kind(
        "电视",
        "[43..98]寸4K电视|[55..85]英寸智慧屏|[65..75]寸Mini LED电视|[32..43]英寸小电视",
        (799, 15999),
        "屏幕=[43..98]寸|[32..98]英寸;分辨率=4K|1080P|8K;刷新率=60Hz|120Hz|144Hz;存储=[16..128:16]GB;内存=[2..8]GB;"
        "音响=[20..80:5]W;开机=[3..15]秒",
        "高清 大屏 护眼 智能 语音控制 适合老人 游戏 大字体 性价比高 高端",
        True,
    ),
    Kind(
        "热水器",
        "[12..20]升燃气热水器|[40..80:10]升电热水器|零冷水热水器|速热小厨宝",
        (399, 6999),
        "容量=[5..80]L;出水量=[10..20]L/min;升温=[8..40]分钟;能效等级=一级|二级;功率=[1500..3300:100]W;水温误差=±[1..2]℃",
        "速热 恒温 省电 大容量 静音 智能 小巧 节水 适合老人 耐用",
        True,
    ),
    Kind(
        "油烟机",
        "侧吸油烟机|顶吸油烟机|变频油烟机|近吸油烟机|集成灶",
        (799, 7999),
        "最大风量=[17..28]m³/min|[1000..1600:20]m³/h;风压=[300..1200:20]Pa;噪音=[48..60]dB;宽度=[70..90:5]cm;油脂分离度=[92..98]%",
        "大吸力 静音 自清洁 易清洁 变频 智能 一键操作 耐用",
        True,
    ),
    Kind(
        "燃气灶",
        "双眼燃气灶|三眼燃气灶|嵌入式燃气灶|猛火灶",
        (299, 3999),
        "热负荷=[4..5].[0..9]kW;热效率=[59..75]%;气源=天然气|液化气;面板=钢化玻璃|不锈钢;定时=[10..180:10]分钟",
        "易清洁 耐用 性价比高 一键操作 适合老人 智能 高端",
        True,
    ),
    Kind(
        "电饭煲",
        "[3..6]升电饭煲|IH电饭煲|小型电饭锅|柴火饭电饭煲",
        (99, 1999),
        "容量=[2..6]L|[2..6]升;适合人数=[1..3]-[4..8]人;功率=[300..1300:50]W;预约=[12..24:12]小时;内胆=[2..5]毫米厚釜",
        "大容量 小巧 智能 一键操作 适合老人 易清洁 性价比高 耐用",
    ),
    Kind(
        "微波炉",
        "[20..30]升微波炉|微烤一体机|平板微波炉",
        (199, 1999),
        "容量=[20..30]L;功率=[700..1000:50]W;火力=[5..11]档;定时=[30..95]分钟",
        "一键操作 易清洁 小巧 适合老人 性价比高 智能 变频",
    ),
    Kind(
        "净水器",
        "[400..1200:200]G净水器|厨下净水器|台面净饮机|加热净水器",
        (499, 5999),
        "通量=[400..1200:200]G;出水=[1..3].[0..9]L/min;滤芯寿命=[12..60:6]个月;废水比=[2..4]:1;除菌率=[95..99].[1..9]%",
        "除菌 节水 静音 速热 智能 小巧 适合儿童 易清洁",
        True,
    ),
    Kind(
        "空气净化器",
        "空气净化器|除醛净化器|桌面净化器|加湿净化一体机",
        (299, 5999),
        "CADR值=[200..900:10]m³/h;适用面积=[15..35]-[36..90]㎡;噪音=[20..60]dB;滤芯寿命=[6..18]个月;除甲醛率=[95..99]%",
        "除甲醛 静音 智能 适合儿童 省电 小巧 语音控制 除菌",
    ),
    Kind(
        "扫地机器人",
        "扫地机器人|扫拖一体机器人|自动集尘扫地机|擦窗机器人",
        (699, 5999),
        "吸力=[2500..12000:100]Pa;续航=[90..240:10]分钟;水箱=[200..500:10]ml;噪音=[50..68]dB;清扫面积=[100..300:10]㎡;尘盒=[250..600:10]ml",
        "智能 续航长 大吸力 自清洁 静音 语音控制 小巧 无线",
    ),
    Kind(
        "吸尘器",
        "手持吸尘器|无线吸尘器|除螨仪|洗地机",
        (199, 4999),
        "吸力=[80..230:5]AW|[10000..30000:1000]Pa;续航=[25..90:5]分钟;重量=[1..4].[1..9]kg;充电=[2..5]小时;尘杯=[400..900:50]ml",
        "无线 大吸力 续航长 轻薄 静音 易清洁 除菌 小巧",
    ),
    Kind(
        "电风扇",
        "落地扇|空气循环扇|无叶风扇|塔扇|桌面小风扇",
        (59, 1599),
        "风速=[3..32]档;噪音=[18..50]dB;功率=[15..60]W;摇头角度=[60..150:10]度;定时=[1..12]小时",
        "静音 省电 变频 小巧 语音控制 适合儿童 适合老人 无线 折叠",
    ),
    Kind(
        "手机",
        "[5..60]手机|X[10..90] Pro手机|折叠屏手机|S[1..30]手机|老人手机|[5..9]G手机|Max[1..9]手机",
        (399, 9999),
        "屏幕=[5..7].[1..9]英寸|[5..7].[1..9]寸;存储=128GB|256GB|512GB|1TB;内存=[6..24:2]GB;电池=[4000..7500:50]mAh;充电=[18..120:2]W;"
        "重量=[160..240]g|[160..240]克;摄像头=[48..200:2]MP|[1200..20000:100]万像素;防护=IP68|IP54|IP53;网络=5G|4G;刷新率=[60..165:15]Hz",
        "拍照好 续航长 快充 大屏 轻薄 游戏 大字体 适合老人 防水 折叠 高清 性价比高 高端",
    ),
    Kind(
        "平板",
        "[8..13]寸平板|学习平板|护眼平板|Pad [3..12]平板",
        (699, 6999),
        "屏幕=[8..13].[1..9]英寸;存储=64GB|128GB|256GB;内存=[4..16:2]GB;电池=[5000..12000:100]mAh;重量=[300..680:5]g;续航=[8..18]小时",
        "护眼 轻薄 续航长 大屏 适合儿童 高清 快充 游戏",
    ),
    Kind(
        "笔记本电脑",
        "[13..17]寸轻薄本|游戏本|Book [14..16]笔记本电脑|商务笔记本|学生笔记本电脑",
        (2499, 15999),
        "屏幕=[13..17].[1..6]英寸;内存=[8..64:8]GB;存储=512GB|1TB|256GB;显卡=独立显卡|核显|RTX[40..50]60;重量=[1..2].[1..9]kg;"
        "续航=[5..20]小时;处理器=[6..16]核;接口=[2..6]个",
        "轻薄 续航长 游戏 高清 快充 静音 性价比高 高端",
    ),
    Kind(
        "耳机",
        "降噪耳机|真无线蓝牙耳机|头戴耳机|骨传导耳机|有线耳机|Buds [1..9]耳机",
        (39, 2999),
        "续航=[4..60]小时;降噪深度=[25..55]dB;重量=[3..260]g;防护=IPX4|IPX5|IP55;充电=[5..15]分钟听[1..4]小时;线长=1.[2..5]m",
        "降噪 无线 续航长 防水 轻薄 快充 性价比高 游戏",
    ),
    Kind(
        "智能手表",
        "智能手表|运动手表|儿童手表|健康手环|Watch [1..9]手表",
        (99, 3999),
        "续航=[2..30]天;屏幕=1.[1..9]英寸;防水=[3..10]ATM|[30..100:10]米;重量=[18..60]g;运动模式=[20..160:5]种",
        "续航长 防水 轻薄 适合老人 适合儿童 大屏 语音控制 智能",
    ),
    Kind(
        "智能门锁",
        "指纹锁|人脸识别门锁|智能门锁|可视猫眼锁|电子锁",
        (499, 4999),
        "开锁方式=[3..8]种;续航=[6..18]个月;识别时间=0.[3..9]秒;电池=[3000..8000:100]mAh;锁芯=C级|B级",
        "智能 语音控制 适合老人 一键操作 续航长 耐用 适合儿童",
        True,
    ),
    Kind(
        "床垫",
        "乳胶床垫|独立弹簧床垫|1.[2..8]米床垫|椰棕床垫|记忆棉床垫",
        (399, 7999),
        "尺寸=1.[2..8]m×2m|[120..200:10]cm×200cm;厚度=[8..30]cm;软硬=偏硬|适中|偏软;乳胶层=[2..10]cm;承重=[100..300:10]kg",
        "适合老人 适合儿童 静音 耐用 除菌 性价比高 高端 折叠",
    ),
    Kind(
        "沙发",
        "三人布艺沙发|真皮沙发|沙发床|单人沙发|功能沙发|科技布沙发",
        (599, 12999),
        "尺寸=[90..320:5]cm|2.[1..9]米;座深=[50..75]cm;面料=科技布|头层牛皮|棉麻;承重=[120..500:10]kg;座位=[1..4]人",
        "易清洁 耐用 折叠 小巧 适合老人 适合儿童 性价比高 高端 电动",
    ),
    Kind(
        "台灯",
        "护眼台灯|学习台灯|立式大路灯|充电小台灯",
        (39, 1999),
        "功率=[5..48]W;色温=[2700..3500:100]-[4000..5700:100]K;照度=国AA级|国A级;显色指数=Ra[90..98];续航=[4..40]小时",
        "护眼 无线 适合儿童 折叠 智能 语音控制 小巧 一键操作",
    ),
    Kind(
        "洗碗机",
        "[6..18]套洗碗机|台式洗碗机|水槽洗碗机",
        (999, 7999),
        "容量=[4..18]套;耗水=[5..12]L;噪音=[40..52]dB;能效等级=一级|二级;快洗=[20..40]分钟",
        "除菌 烘干 节水 静音 大容量 小巧 智能 自清洁",
        True,
    ),
    Kind(
        "电动牙刷",
        "声波电动牙刷|儿童电动牙刷|冲牙器",
        (49, 999),
        "续航=[15..180:5]天;振动=[18000..45000:100]次/分;模式=[2..6]种;防水=IPX7|IPX8;充电=[2..14]小时",
        "静音 防水 续航长 适合儿童 轻薄 快充 无线",
    ),
    Kind(
        "破壁机",
        "静音破壁机|豆浆机|榨汁机|便携榨汁杯",
        (79, 1999),
        "容量=[300..1800:50]ml;转速=[18000..42000:1000]转;噪音=[58..78]dB;功率=[300..2000:100]W;预约=[8..24]小时",
        "静音 自清洁 一键操作 小巧 易清洁 无线 大容量",
    ),
    Kind(
        "按摩椅",
        "全身按摩椅|颈椎按摩仪|足疗机|肩颈按摩披肩",
        (99, 9999),
        "按摩手法=[3..16]种;定时=[10..40:5]分钟;热敷=[38..50]℃;重量=[1..98]kg;导轨=[90..140:5]cm",
        "适合老人 静音 一键操作 语音控制 智能 无线 小巧",
    ),
    Kind(
        "衣柜",
        "推拉门衣柜|平开门衣柜|儿童衣柜|衣帽间",
        (699, 8999),
        "尺寸=[120..240:10]cm×[200..240:5]cm;板材=E0级|ENF级;深度=[50..62]cm;门数=[2..6]门",
        "大容量 耐用 易清洁 适合儿童 性价比高 高端",
        True,
    ),
)

_BRAND_FIRST = (
    "澜凉云星海松林青川岚禾沐晨曦卓恒瑞泰嘉雅格锐智极光悦尚品优乐美康安宁和博远景天辰宏达鑫盛丰华盈朗"
    "逸凯科创新源力拓维诺奥莱特斯菲克欧亚洛迪米可小大金银玉白蓝黑红绿东南西北山水风雨雪月春夏秋冬百千"
    "万方圆正中华龙凤鹤鹿虎象麦豆竹梅兰菊荷枫桐柏橙柚橘"
)
_BRAND_LAST = (
    "舟川为屋居家美尔华格科达斯特克乐康派森峰谷湾岛城堡匠工坊品物志伴派朵果田园电器风来福信通联达芯智"
    "云图影声听拍行走跑步睡眠梦暖凉清净洁润泽泉源溪湖海洋木石玉瓷陶布棉麻丝"
)
_SERIES = [
    "静享", "悦享", "星耀", "臻品", "风尚", "清风", "睿智", "优选", "领航", "炫彩", "极光", "青春",
    "致远", "晨光", "暖阳", "鲜享", "净界", "轻羽", "智趣", "安睡", "畅享", "云锦", "小白", "小方",
    "灵动", "超能", "节能", "旗舰", "经典", "尊享", "雅致", "知夏", "冬暖", "萤火", "旅人", "自在",
    "大字", "福满", "安心", "家悦", "初见", "元气", "凌度", "飞跃", "玄武", "朱雀", "银河", "流云",
    "听雪", "明眸", "巧手", "厨匠", "甜梦", "舒眠", "御风", "逐日", "追光", "探索", "极客", "轻奢",
    "幻彩", "X系列", "Air", "Pro", "Max", "Mini", "S", "T", "Plus",
]  # fmt: skip
_COLORS = [
    "白色", "黑色", "银色", "灰色", "深空灰", "香槟金", "玫瑰金", "星河蓝", "薄荷绿", "樱花粉", "奶白",
    "米色",    "原木色", "胡桃色", "暗夜紫", "雅黑", "冰川银", "焦糖棕", "雾霾蓝", "珍珠白",
]  # fmt: skip

_WARRANTIES = (
    "整机[1..10]年",
    "整机[1..6]年，压缩机[8..12]年",
    "整机[1..3]年，电机[5..10]年",
    "全国联保[1..3]年",
    "[1..5]年质保",
    "主机[1..3]年，电池[6..18:6]个月",
    "质保[1..10]年，[15..30:5]天包换",
    "[7..15]天包退，[15..30]天包换，保修[1..3]年",
    "屏幕[1..2]年，整机[1..3]年",
    "整机保修[12..36:6]个月",
    "只换不修[1..2]年",
    "整机[1..3]年，电池[1..2]年，屏幕[7..30]天内碎了换新",
    "整机[1..3]年，[15..60:15]天内质量问题换新",
    "整机[2..5]年，内胆[5..9]年，耗材不保",
    "框架[5..10]年，面料[1..3]年",
)
_DELIVERIES = (
    "市区次日送达",
    "市区次日送达，郊县[2..5]天内送达，免费送货上楼",
    "当天下单[24..72:24]小时内发货",
    "满[99..999:100]元包邮，[1..4]天到",
    "市区免费送货，[2..7]天内到",
    "门店自提或快递到家",
    "付款后[7..45]天送货",
    "同城[2..8]小时达，运费[5..30]元",
    "全国包邮，[2..6]天送到",
    "[10..60:10]公里内免费送货，超出每公里[2..6]元",
    "免费送货入户，上楼每层[5..20:5]元",
    "市区当天送到，外地快递[2..6]天送到，也能到店取",
    "市区[1..3]天送达，外省不发，大件送到楼下",
    "预约送货，[3..30]天内都行，有电梯免费上楼",
)
_INSTALLATIONS = (
    "免费上门安装",
    "免费上门安装，铜管超过[2..5]米每米[60..150:10]元，高空作业费另计",
    "上门安装[50..300:10]元",
    "基础安装免费，辅材另计",
    "师傅[24..72:24]小时内上门，免安装费",
    "安装费[30..200:10]元，旧机拆除[20..100:10]元",
    "免费安装调试，支架[50..200:10]元",
    "送货安装一次完成，不另收费",
    "免费上门装，打孔每个[30..80:10]元，辅材明码标价",
    "送到当天装好，旧机免费拆走",
    "师傅带料上门，挂架[50..180:10]元，电源线自备",
)
_NO_INSTALLATIONS = (
    "免安装，插电即用",
    "自行组装，附说明书",
    "门店可免费调试",
    "无需安装",
    "免安装，开机即用",
)
_PROMOTIONS = (
    "以旧换新最高减[50..900:50]元",
    "以旧换新减[50..500:50]元",
    "直降[50..900:50]元",
    "直降[50..900:10]元，到手价[399..9999]元",
    "以旧换新减[50..500:50]元，到手价[399..9999]元",
    "[8..9]折，活动价[99..9999]元",
    "满[1000..6000:500]元减[50..600:50]元",
    "下单送[1..3]年延保",
    "第二件[5..9]折",
    "老顾客[8..9].[1..9]折",
    "晒单返[10..100:10]元红包",
    "送价值[59..399:10]元的礼包",
    "领券立减[20..500:10]元",
    "学生凭证减[50..300:50]元",
    "分期[3..24:3]期免息",
    "两件[8..9]5折",
    "到店试用送小礼品",
    "节能补贴[5..20]%",
    "前[10..100:10]名送定制水杯",
    "预付[50..200:50]元抵[200..500:50]元",
    "买就送清洁套装",
    "会员价再减[20..200:10]元",
)


def draw(random: Random, pattern: str) -> str:
    """One text of a pattern: ``a|b`` picks one, ``[1..9]`` draws a number."""
    return _NUMBER.sub(lambda found: _number(random, found), random.choice(pattern.split("|")))


def random_goods(seed: int, count: int) -> tuple[Product, ...]:
    """``count`` goods with ids P001…, of random categories; the same seed gives the same goods."""
    random = Random(seed)
    return tuple(random_product(random, f"P{n:03d}") for n in range(1, count + 1))


def random_product(random: Random, product_id: str, kind: Kind | None = None) -> Product:
    kind = kind or random.choice(KINDS)
    brand = random_brand(random)
    price = _price(random, random.randint(*kind.prices))
    named = dict(spec.split("=") for spec in kind.specs.split(";"))
    chosen = random.sample(sorted(named), random.randint(2, len(named)))
    words = kind.features.split()
    installations = _INSTALLATIONS if kind.installed else _NO_INSTALLATIONS
    return Product(
        id=product_id,
        name=f"{brand}{random.choice(_SERIES)}{draw(random, kind.name)}",
        category=kind.category,
        brand=brand,
        model=_model_code(random),
        price=price,
        stock=random.choice((None, 0, random.randint(1, 20), random.randint(21, 99))),
        specs=tuple((name, draw(random, named[name])) for name in chosen),
        features=tuple(random.sample(words, random.randint(2, min(6, len(words))))),
        colors=tuple(random.sample(_COLORS, random.randint(1, 4))),
        warranty=draw(random, random.choice(_WARRANTIES)),
        delivery=draw(random, random.choice(_DELIVERIES)),
        installation=draw(random, random.choice(installations)),
    )


def _price(random: Random, about: int) -> float:
    """Prices as shops write them: 1288, 2999, 89.9."""
    if about > 100 and random.random() < 0.5:
        return float(about // 100 * 100 + 99)
    price = about // 10 * 10 + random.choice((9, 9, 9, 9, 8, 0, 5))
    return price + 0.9 if price < 100 and random.random() < 0.5 else float(price)


def random_promotions(random: Random, goods: tuple[Product, ...], count: int) -> tuple[Promotion, ...]:
    """Offers for the whole shop, for a category or for one of the goods; half of them end some day."""
    promotions = []
    for number in range(1, count + 1):
        product = random.choice(goods)
        scope = random.choice(("shop", "category", "product"))
        text = draw(random, random.choice(_PROMOTIONS))
        price = float(int(product.price * random.uniform(0.75, 0.95)))
        if scope == "product" and random.random() < 0.3:
            text = f"{random.choice(('到手价', '活动价', '限时价', '会员价'))}{price:g}元"
        promotions.append(
            Promotion(
                id=f"PROMO{number:03d}",
                text=text,
                product_id=product.id if scope == "product" else None,
                category=product.category if scope == "category" else None,
                ends=date(2027, random.randint(1, 12), random.randint(1, 28))
                if random.random() < 0.5
                else None,
            )
        )
    return tuple(promotions)


def random_brand(random: Random) -> str:
    """Mostly brand-like, at times any two common characters or Latin letters: all must be copied."""
    if random.random() < 0.06:
        return "".join(random.choices("ABCDEFGHJKLMNPRSTVXZ", k=random.randint(2, 4)))
    if random.random() < 0.3:
        return "".join(_any_character(random) for _ in range(random.choice((2, 2, 3))))
    return random.choice(_BRAND_FIRST) + random.choice(_BRAND_LAST)


def _any_character(random: Random) -> str:
    """One of the 3,755 common characters (GB 2312, first level)."""
    row, cell = divmod(random.randrange(3755), 94)
    return bytes((0xB0 + row, 0xA1 + cell)).decode("gb2312")


def _model_code(random: Random) -> str:
    letters = "".join(random.choices("ABCDEFGHJKLMNPQRSTUVWXYZ", k=random.randint(1, 3)))
    tail = random.choice(("", "A", "Pro", "-W", "S", "/B", "D2"))
    return f"{letters}{random.choice(('-', ''))}{random.randint(10, 999)}{tail}"


def _number(random: Random, found: re.Match[str]) -> str:
    low, high, step = (int(part or 1) for part in found.groups())
    return str(random.randrange(low, high + 1, step))
