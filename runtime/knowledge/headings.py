"""What the columns of merchants' sheets are called, and how a heading row tells the kind of sheet."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from runtime.store.goods import Kind

# Field -> its headings, normalised; the first is the one that errors name.
FIELDS: dict[Kind, dict[str, str]] = {
    Kind.GOODS: {
        "id": "商品编号 编号 货号 商品编码 编码 商品id 产品编号 sku id code productid",
        "name": "名称 品名 商品名 商品名称 产品名 产品名称 商品 产品 name title productname",
        "category": "类目 分类 品类 类别 商品分类 产品分类 种类 category",
        "brand": "品牌 牌子 brand",
        "model": "型号 商品型号 产品型号 规格型号 model",
        "price": "价格 售价 单价 现价 零售价 销售价 标价 定价 price unitprice",
        "stock": "库存 库存量 库存数量 现货数量 stock inventory quantity",
        "features": "特点 卖点 功能 特色 亮点 功能特点 产品特点 features feature",
        "colors": "颜色 配色 可选颜色 color colors colour colours",
        "warranty": "保修 质保 保修期 质保期 保修条款 售后 warranty",
        "delivery": "配送 送货 配送方式 配送说明 物流 发货 delivery shipping",
        "installation": "安装 安装说明 安装服务 安装费 installation install",
        "promotion": "促销 优惠 活动 促销活动 优惠活动 促销内容 promotion offer",
        "promotion_price": "促销价 活动价 优惠价 特价 promotionprice promotionalprice saleprice",
        "promotion_starts": "促销开始 活动开始 优惠开始 促销开始日期 活动开始日期 promotionstart",
        "promotion_ends": "促销结束 活动结束 优惠结束 促销结束日期 活动结束日期 促销截止 promotionend",
        "description": "介绍 描述 简介 商品介绍 商品描述 产品介绍 产品描述 说明 description",
    },
    Kind.FAQS: {
        "id": "编号 序号 id",
        "question": "问题 问 常见问题 提问 question q",
        "answer": "答案 答 回答 回复 解答 answer a",
        "product_id": "商品编号 货号 商品编码 商品id 产品编号 sku productid product",
    },
    Kind.SCRIPTS: {
        "id": "编号 序号 id",
        "text": "话术 话术内容 内容 台词 script text",
        "intent": "场景 意图 情景 情境 intent scene situation",
        "emotion": "情绪 顾客情绪 emotion mood",
    },
    Kind.PROMOTIONS: {
        "id": "促销编号 活动编号 优惠编号 编号 序号 id",
        "text": "促销 促销内容 活动内容 优惠内容 活动 优惠 内容 促销活动 优惠活动 promotion offer text",
        "product_id": "商品编号 适用商品 货号 商品编码 商品id 产品编号 sku productid product",
        "category": "类目 适用类目 分类 适用分类 品类 适用品类 类别 category",
        "price": "促销价 活动价 优惠价 特价 promotionprice price",
        "starts": "开始 开始日期 促销开始 活动开始 开始时间 起始日期 starts start",
        "ends": "结束 结束日期 促销结束 活动结束 结束时间 截止日期 截止 ends end",
    },
}
_REQUIRED = {
    Kind.GOODS: ("name", "price"),
    Kind.FAQS: ("question", "answer"),
    Kind.SCRIPTS: ("text", "intent"),
    Kind.PROMOTIONS: ("text",),
}
# Every other column may be quoted to customers: what they must not learn is never imported.
_PRIVATE = re.compile(
    "成本|进价|进货|采购|底价|最低价|批发价|毛利|利润|提成|供应商|供货|备注|内部|cost|margin|supplier"
)
_UNSHOWN = "序号 行号 no 图片 图片链接 链接 网址 条码 条形码 二维码 image url barcode"
_MEANINGLESS = {"", *_UNSHOWN.split(" ")}
_FIELD_OF = {
    kind: {heading: field for field, headings in fields.items() for heading in headings.split()}
    for kind, fields in FIELDS.items()
}
_UNIT = re.compile(r"[(\[]([^)\]]*)[)\]]")
_NOISE = re.compile(r"[\s_*::：\-]+")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet. ``field`` is None for a free spec."""

    heading: str  # as the merchant wrote it
    field: str | None
    name: str  # of the spec: the heading without its unit
    unit: str  # from 功率(W), else ""


@dataclass(frozen=True, slots=True)
class Layout:
    """What a heading row says."""

    kind: Kind
    columns: tuple[Column | None, ...]  # None: nothing is imported from it
    places: dict[str, int]  # field -> its column

    @property
    def missing(self) -> tuple[str, ...]:
        """The headings without which this is not a sheet of its kind."""
        return tuple(title(self.kind, field) for field in _REQUIRED[self.kind] if field not in self.places)

    @property
    def repeated(self) -> tuple[str, ...]:
        """Headings that mean the same as an earlier one."""
        seen: set[str] = set()
        again = []
        for column in filter(None, self.columns):
            key = column.field or f"spec {column.name}"
            if key in seen:
                again.append(column.heading)
            seen.add(key)
        return tuple(again)


def title(kind: Kind, field: str) -> str:
    """The usual heading of a field: 价格."""
    return FIELDS[kind][field].split()[0]


def required_titles(kind: Kind) -> tuple[str, ...]:
    """The usual headings without which a sheet is not of this kind."""
    return tuple(title(kind, field) for field in _REQUIRED[kind])


def read_headings(row: tuple[str, ...]) -> Layout:
    """The kind of sheet that this heading row fits best; it may still miss headings."""
    layouts = [_layout(kind, row) for kind in FIELDS]
    # By most known first: goods without a price are goods with an error, not a sheet of promotions.
    return max(layouts, key=lambda layout: (len(layout.places), not layout.missing))


def _layout(kind: Kind, row: tuple[str, ...]) -> Layout:
    columns = tuple(_column(kind, heading) for heading in row)
    places = {column.field: at for at, column in enumerate(columns) if column and column.field}
    return Layout(kind, columns, places)


def _column(kind: Kind, heading: str) -> Column | None:
    text = unicodedata.normalize("NFKC", heading)
    unit = _UNIT.search(text)
    name = _UNIT.sub("", text).strip()
    key = _NOISE.sub("", name.lower())
    field = _FIELD_OF[kind].get(key)
    if field is None and (kind is not Kind.GOODS or key in _MEANINGLESS or _PRIVATE.search(key)):
        return None
    default = "元" if name.endswith("价") else ""
    return Column(heading, field, name, unit[1].strip() if unit else default)
