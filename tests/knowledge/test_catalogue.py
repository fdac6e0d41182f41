"""A merchant's file is imported whole, or refused with every bad cell named."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.errors import BadInput
from runtime.knowledge import sheets
from runtime.knowledge.catalogue import BadCatalogue, Catalogue, import_catalogue, read_catalogue
from runtime.settings import DEMO_GOODS
from runtime.store.goods import Kind
from runtime.store.store import Store
from runtime.types import Emotion, Intent

HEAD = "商品编号,名称,类目,品牌,型号,价格\n"


def read_csv(folder: Path, text: str, name: str = "goods.csv", encoding: str = "utf-8") -> Catalogue:
    (folder / name).write_bytes(text.encode(encoding))
    return read_catalogue(folder / name)


def refused(folder: Path, text: str) -> BadCatalogue:
    with pytest.raises(BadCatalogue) as caught:
        read_csv(folder, text)
    return caught.value


def workbook(path: Path, **by_sheet: list[list[Any]]) -> Path:
    book = openpyxl.Workbook(write_only=True)
    for title, rows in by_sheet.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


# --- goods -----------------------------------------------------------------------------------


def test_a_whole_row(tmp_path: Path) -> None:
    text = (
        "编号,品名,分类,牌子,型号,售价(元),库存,卖点,配色,质保,配送,安装,优惠,促销价,促销开始,促销结束,描述,功率(W),能效\n"
        'A1,静享空调,空调,凉川,LC-35,"¥2,999.00",12台,省电、静音,白色/黑色,6年,次日达,免费,送支架,2799元,'
        "2026/1/5,2026年12月31日,卧室用,820,一级\n"
    )
    catalogue = read_csv(tmp_path, text)
    (product,) = catalogue.products
    assert (product.id, product.name, product.category, product.price, product.stock) == (
        "A1",
        "静享空调",
        "空调",
        2999.0,
        12,
    )
    assert product.features == ("省电", "静音")
    assert product.colors == ("白色", "黑色")
    assert product.specs == (("功率", "820W"), ("能效", "一级"))
    assert (product.warranty, product.delivery, product.installation) == ("6年", "次日达", "免费")
    (offer,) = catalogue.promotions
    assert (offer.id, offer.product_id, offer.text, offer.price) == ("A1.offer", "A1", "送支架", 2799.0)
    assert (offer.starts, offer.ends) == (date(2026, 1, 5), date(2026, 12, 31))
    assert catalogue.kinds == {Kind.GOODS}


def test_english_headings(tmp_path: Path) -> None:
    catalogue = read_csv(tmp_path, "SKU,Name,Category,Brand,Price,Stock,Noise\nX,Fan,电风扇,Ya,99.5,3,20dB\n")
    (product,) = catalogue.products
    assert (product.id, product.price, product.stock, product.specs) == ("X", 99.5, 3, (("Noise", "20dB"),))


@pytest.mark.parametrize(
    ("written", "yuan"),
    [
        ("2999", 2999),
        ("2999.00", 2999),
        ("￥2,999", 2999),
        ("2999元/台", 2999),
        ("2.9千", 2900),
        ("三千五", 3500),
        ("２９９９", 2999),
        ("1.2万", 12000),
        ("19.9", 19.9),
    ],
)
def test_prices(tmp_path: Path, written: str, yuan: float) -> None:
    assert read_csv(tmp_path, f'名称,价格\n灯,"{written}"\n').products[0].price == yuan


@pytest.mark.parametrize(
    ("heading", "written", "yuan"),
    [
        ("价格(万元)", "0.39", 3900),
        ("价格(万元)", "3900元", 3900),
        ("价格(万元)", "0.39万", 3900),
        ("价格(元)", "2,999", 2999),
        ("价格(RMB)", "2999", 2999),
        ("价格(含税)", "2999", 2999),
        ("价格（元/台）", "￥2999", 2999),
    ],
)
def test_a_heading_may_scale_its_prices(tmp_path: Path, heading: str, written: str, yuan: float) -> None:
    assert read_csv(tmp_path, f'名称,{heading}\n沙发,"{written}"\n').products[0].price == yuan
    if written.isdecimal():
        sheet = workbook(tmp_path / "goods.xlsx", 商品=[["名称", heading], ["沙发", int(written)]])
        assert read_catalogue(sheet).products[0].price == yuan


def test_prices_in_other_money_are_refused(tmp_path: Path) -> None:
    (bad,) = refused(tmp_path, "名称,价格(USD)\n沙发,399\n").rows
    assert bad.column == "价格(USD)"


def test_a_row_of_totals_is_no_goods(tmp_path: Path) -> None:
    found = read_csv(tmp_path, "名称,价格\n灯,9\n扇,99\n合计,108\n")
    assert [product.name for product in found.products] == ["灯", "扇"]


@pytest.mark.parametrize(
    "written", ["面议", "0", "-5", "2999-3999", "约3000", "八五折", "$30", "", "1e30", "#REF!"]
)
def test_what_is_no_price(tmp_path: Path, written: str) -> None:
    (bad,) = refused(tmp_path, f"名称,价格\n灯,{written}\n").rows
    assert (bad.file, bad.row, bad.column, bad.got) == ("goods.csv", 2, "价格", written)
    assert "2999" in bad.expected


@pytest.mark.parametrize(
    ("written", "pieces"), [("3", 3), ("3.0", 3), ("缺货", 0), ("有货", None), ("", None)]
)
def test_stock(tmp_path: Path, written: str, pieces: int | None) -> None:
    assert read_csv(tmp_path, f"名称,价格,库存\n灯,9,{written}\n").products[0].stock == pieces


def test_every_bad_cell_is_named_and_counted(tmp_path: Path) -> None:
    text = (
        "编号,名称,价格,库存,促销,促销开始,促销结束\nA,灯,面议,很多,,,\n"
        "B,扇,9,1,送袋,2026-02-30,\nC,,9,1,送袋,2026-3-2,2026-3-1\n"
    )
    error = refused(tmp_path, text)
    assert [(bad.row, bad.column) for bad in error.rows] == [
        (2, "价格"),
        (2, "库存"),
        (3, "促销开始"),
        (4, "名称"),
        (4, "促销结束"),
    ]
    assert error.count == 5
    assert "第 2 行" in str(error)
    assert "另有 4 处" in str(error)


def test_only_the_first_errors_are_kept(tmp_path: Path) -> None:
    error = refused(tmp_path, "名称,价格\n" + "灯,?\n" * 80)
    assert (len(error.rows), error.count) == (
        50,
        80 + 79,
    )  # each row has a price that is none, and the first's id


def test_the_same_id_twice_names_both_rows(tmp_path: Path) -> None:
    (bad,) = refused(tmp_path, HEAD + "A,灯,,,,9\nB,扇,,,,9\nA,锅,,,,9\n").rows
    assert (bad.row, bad.column, bad.got) == (4, "商品编号", "A")
    assert "第 2 行" in bad.expected


def test_an_id_is_derived_and_stays(tmp_path: Path) -> None:
    one = read_csv(tmp_path, "名称,品牌,型号,价格\n灯,云,Y1,9\n扇,云,Y2,8\n").products
    two = read_csv(tmp_path, "名称,品牌,型号,价格\n扇,云,Y2,7\n").products
    assert one[0].id != one[1].id == two[0].id


def test_cost_prices_and_notes_are_never_imported(tmp_path: Path) -> None:
    text = "名称,价格,进价(元),供应商电话,底价,备注,Unit Cost,序号,原价\n灯,9,3,139,5,别卖给老李,3,1,12\n"
    (product,) = read_csv(tmp_path, text).products
    assert product.specs == (("原价", "12元"),)


def test_a_price_in_ten_thousands(tmp_path: Path) -> None:
    path = workbook(tmp_path / "g.xlsx", 商品=[["名称", "价格（万元）"], ["椅", 1.28]])
    assert read_catalogue(path).products[0].price == 12800


def test_a_missing_category_is_read_from_the_name(tmp_path: Path) -> None:
    products = read_csv(tmp_path, "名称,价格\n静享变频空调,9\n怪东西,9\n").products
    assert [product.category for product in products] == ["空调", "其他"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = "名称,价格,特点\r\n空调,2999,省电、静音\r\n".replace(",", delimiter)
    assert read_csv(tmp_path, text, encoding=encoding).products[0].features == ("省电", "静音")


# --- layout ----------------------------------------------------------------------------------


def test_a_title_above_the_headings_and_blank_rows(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["本店商品价目表"],
        [],
        [None, None],
        ["编号 ", "名称*", "价格"],
        [],
        [1001.0, " 灯 ", 9.0],
        [None],
    ]
    (product,) = read_catalogue(workbook(tmp_path / "g.xlsx", 商品=rows)).products
    assert (product.id, product.name, product.price) == ("1001", "灯", 9.0)


def test_the_row_number_is_the_one_that_excel_shows(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["价目表"], [], ["名称", "价格"], [], ["灯", "?"]]
    path = workbook(tmp_path / "g.xlsx", 商品=rows)
    with pytest.raises(BadCatalogue) as caught:
        read_catalogue(path)
    assert (caught.value.rows[0].file, caught.value.rows[0].row) == ("g.xlsx[商品]", 5)


def test_cells_of_excel(tmp_path: Path) -> None:
    path = tmp_path / "g.xlsx"
    workbook(
        path,
        商品=[
            ["名称", "价格", "促销价", "促销开始", "促销结束", "湿度", "上市", "充电"],
            ["灯", 9.5, 8, datetime(2026, 1, 5), 46387, 0.85, date(2026, 3, 1), True],
        ],
    )
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["F2"].number_format = "0%"
    book.save(path)
    catalogue = read_catalogue(path)
    assert catalogue.products[0].specs == (("湿度", "85%"), ("上市", "2026年3月1日"), ("充电", "是"))
    (offer,) = catalogue.promotions
    assert (offer.text, offer.starts, offer.ends) == ("促销价8元", date(2026, 1, 5), date(2026, 12, 31))


def test_sheets_of_every_kind_in_one_workbook(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "shop.xlsx",
        说明=[["请按格式填写"]],
        商品=[["编号", "名称", "价格"], ["A", "灯", 9]],
        常见问题=[["问题", "答案", "商品编号"], ["亮吗", "亮", "A"], ["开门吗", "开", None]],
        话术=[["场景", "情绪", "话术"], ["砍价", "犹豫", "您再看看"], ["通用", "", "您好"]],
        活动=[
            ["编号", "内容", "商品编号", "类目", "促销价", "开始", "结束"],
            [1, "全场满减", "", "全部", "", "", "2026-12-31"],
        ],
    )
    catalogue = read_catalogue(path)
    assert catalogue.kinds == set(Kind)
    assert [(faq.id, faq.product_id) for faq in catalogue.faqs] == [("FAQ001", "A"), ("FAQ002", None)]
    assert [(s.intent, s.emotion) for s in catalogue.scripts] == [
        (Intent.BARGAIN, Emotion.HESITANT),
        (None, None),
    ]
    (promotion,) = catalogue.promotions
    assert (promotion.id, promotion.product_id, promotion.category) == ("PROMO1", None, None)
    assert promotion.ends == date(2026, 12, 31)


def test_an_unknown_scene_is_named(tmp_path: Path) -> None:
    (bad,) = refused(tmp_path, "场景,情绪,话术\n唱歌,中性,啦\n").rows
    assert (bad.column, bad.got) == ("场景", "唱歌")
    assert "砍价" in bad.expected


def test_goods_without_a_price_column_are_refused(tmp_path: Path) -> None:
    (bad,) = refused(tmp_path, "商品编号,名称,类目,促销\nA,灯,台灯,送袋\n").rows
    assert (bad.row, bad.column) == (1, "价格")


def test_two_columns_of_one_meaning_are_refused(tmp_path: Path) -> None:
    (bad,) = refused(tmp_path, "名称,价格,售价\n灯,9,8\n").rows
    assert bad.column == "售价"


@pytest.mark.parametrize("text", ["", "\n\n", "随便,写写\n1,2\n", "名称,价格\n"])
def test_what_is_no_catalogue(tmp_path: Path, text: str) -> None:
    refused(tmp_path, text)


# --- JSON and folders ------------------------------------------------------------------------


def test_json(tmp_path: Path) -> None:
    path = tmp_path / "shop.json"
    goods = [{"id": "A", "name": "灯", "price": 9, "features": ["护眼", "无线"], "specs": {"色温": "4000K"}}]
    path.write_text(json.dumps({"goods": goods, "faq": [{"question": "亮吗", "answer": "亮"}]}), "utf-8")
    catalogue = read_catalogue(path)
    assert catalogue.products[0].features == ("护眼", "无线")
    assert catalogue.products[0].specs == (("色温", "4000K"),)
    assert catalogue.kinds == {Kind.GOODS, Kind.FAQS}
    path.write_text(json.dumps(goods), "utf-8")
    assert read_catalogue(path).products == catalogue.products


@pytest.mark.parametrize(
    "text", ["{", "[1]", '{"goods": 3}', "NaN", '"x"', "[" * 100_000, '[{"name": "灯", "price": NaN}]']
)
def test_hostile_json(tmp_path: Path, text: str) -> None:
    (tmp_path / "shop.json").write_text(text, "utf-8")
    with pytest.raises(BadInput):
        read_catalogue(tmp_path / "shop.json")


def test_the_demo_shop_imports_cleanly(tmp_path: Path) -> None:
    catalogue = read_catalogue(DEMO_GOODS)
    assert len(catalogue.products) >= 160
    assert len({product.category for product in catalogue.products}) >= 10
    assert len(catalogue.scripts) >= 40
    assert all(product.price > 0 and product.warranty for product in catalogue.products)
    with Store(tmp_path) as store:
        import_catalogue(store, catalogue)
        assert store.goods().products == catalogue.products


# --- files -----------------------------------------------------------------------------------


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    good = workbook(tmp_path / "good.xlsx", 商品=[["名称", "价格"], ["灯", 9]]).read_bytes()
    cases = {
        "a.txt": b"x",
        "b.xlsx": b"not a zip",
        "c.xlsx": good[: len(good) // 2],
        "d.csv": b"\xff\xfe\xfd\x00\x01",
        "e.csv": bytes(range(128, 256)) * 9,
        "f.csv": b'"' + b"x" * 200_000 + b'"',
    }
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadInput, match=name):
            read_catalogue(tmp_path / name)
    with pytest.raises(BadInput, match=r"gone\.csv"):
        read_catalogue(tmp_path / "gone.csv")


def test_a_zip_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_UNPACKED_BYTES", 2**20)
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (2**20 + 1))
    with pytest.raises(BadInput, match="解开后超过"):
        read_catalogue(tmp_path / "bomb.xlsx")


def test_entities_that_expand_without_end_are_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "xxxxxxxxxx">' + "".join(
        f'<!ENTITY b{n} "{f"&b{n - 1 or str()};" * 10}">' for n in range(1, 12)
    )
    good = workbook(tmp_path / "good.xlsx", 商品=[["名称", "价格"], ["灯", 9]])
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(tmp_path / "laugh.xlsx", "w") as new:
        for part in old.namelist():
            content = old.read(part).decode()
            if part.startswith("xl/worksheets/"):
                content = bomb + "]>" + content.replace("名称", "&b11;")
            new.writestr(part, content)
    with pytest.raises(BadInput, match="laugh"):
        read_catalogue(tmp_path / "laugh.xlsx")


def test_a_row_far_below_the_others(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row, name in ((1, "名称"), (2, "灯"), (1_000_000, "扇")):
        book.worksheets[0].cell(row, 1, name)
        book.worksheets[0].cell(row, 2, "价格" if row == 1 else "9")
    book.save(tmp_path / "far.xlsx")
    assert [product.name for product in read_catalogue(tmp_path / "far.xlsx").products] == ["灯", "扇"]


def test_too_large_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "名称,型号,价格\n" + "".join(f"灯,{n},9\n" for n in range(20))
    monkeypatch.setattr(sheets, "MAX_ROWS", 10)
    with pytest.raises(BadInput, match="超过 10 行"):
        read_csv(tmp_path, text)
    monkeypatch.setattr(sheets, "MAX_BYTES", 10)
    with pytest.raises(BadInput, match="文件超过"):
        read_csv(tmp_path, text)


# --- importing -------------------------------------------------------------------------------


def test_each_kind_is_replaced_as_a_whole(tmp_path: Path) -> None:
    with Store(tmp_path / "data") as store:
        import_catalogue(store, read_csv(tmp_path, HEAD + "A,灯,台灯,云,Y1,9\nB,扇,电风扇,云,Y2,8\n"))
        import_catalogue(store, read_csv(tmp_path, "问题,答案,商品编号\n亮吗,亮,A\n"))
        assert import_catalogue(store, read_csv(tmp_path, HEAD + "B,扇,电风扇,云,Y2,7\n")) == 3
        goods = store.goods()
    assert [(product.id, product.price) for product in goods.products] == [("B", 7)]
    assert [faq.id for faq in goods.faqs] == ["FAQ001"]


def test_an_unknown_product_in_an_faq_is_named(tmp_path: Path) -> None:
    catalogue = read_csv(tmp_path, "问题,答案,商品编号\n亮吗,亮,A\n暗吗,暗,Z\n")
    with Store(tmp_path / "data") as store:
        import_catalogue(store, read_csv(tmp_path, HEAD + "A,灯,台灯,云,Y1,9\n"))
        with pytest.raises(BadCatalogue) as caught:
            import_catalogue(store, catalogue)
        assert (caught.value.rows[0].row, caught.value.rows[0].got) == (3, "Z")
        assert store.goods().faqs == ()


# --- anything --------------------------------------------------------------------------------

HOSTILE = [
    "",
    " ",
    "面议",
    "=1+1",
    "#N/A",
    "1e309",
    "-1",
    "0",
    "2999元",
    "<b>",
    "无",
    "—",
    "nan",
    "2026-02-30",
    "\x00",
    "，",
]
HEADINGS = "编号 名称 价格 库存 促销 促销价 促销开始 促销结束 特点 功率(W) 问题 答案 话术 场景 情绪"
headings = st.sampled_from([*HEADINGS.split(" "), ""])
cells = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=6), st.floats().map(str), st.integers().map(str))
grids = st.tuples(st.lists(headings, max_size=8), st.lists(st.lists(cells, max_size=9), max_size=5))


def written(grid: tuple[list[str], list[list[str]]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([grid[0], *grid[1]])
    return buffer.getvalue().encode("utf-8", "replace")


def catalogue_or_error(path: Path) -> Catalogue | BadInput:
    try:
        return read_catalogue(path)
    except BadInput as error:
        return error


@given(grids.map(written) | st.binary(max_size=200))
def test_any_csv_is_a_catalogue_or_a_named_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "any.csv"
    path.write_bytes(content)
    catalogue = catalogue_or_error(path)
    if isinstance(catalogue, Catalogue):
        assert all(product.price > 0 and product.id and product.name for product in catalogue.products)
    else:
        assert path.name in str(catalogue)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(headings | st.just("name"), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(json_values)
def test_any_json_is_a_catalogue_or_a_named_error(
    tmp_path_factory: pytest.TempPathFactory, value: Any
) -> None:
    path = tmp_path_factory.mktemp("any") / "any.json"
    path.write_text(json.dumps(value), "utf-8")
    catalogue = catalogue_or_error(path)
    assert isinstance(catalogue, Catalogue) or path.name in str(catalogue)


@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_any_damage_to_a_workbook_is_named(
    tmp_path_factory: pytest.TempPathFactory, damage: list[tuple[float, int]]
) -> None:
    path = tmp_path_factory.mktemp("any") / "any.xlsx"
    content = bytearray(workbook(path, 商品=[["名称", "价格"], ["灯", 9]]).read_bytes())
    for place, byte in damage:
        content[int(place * len(content))] = byte
    path.write_bytes(content)
    catalogue = catalogue_or_error(path)
    assert isinstance(catalogue, Catalogue) or path.name in str(catalogue)


@given(st.lists(st.lists(st.none() | st.text(max_size=5) | st.floats() | st.dates(), max_size=6), max_size=5))
def test_any_cells_are_a_sheet(rows: list[list[Any]]) -> None:
    sheet = sheets._sheet(Path("x.csv"), "x.csv", rows)
    assert all(cell is None or cell != "" for _, row in sheet.rows for cell in row)
