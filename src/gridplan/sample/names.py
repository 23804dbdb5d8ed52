"""Made-up names that look right in Shenyang, of characters that GB2312 has."""

from typing import Final

import numpy as np

FIRST: Final = "锦嘉昌启宏泰盛瑞福康宁永安德惠仁和兴顺吉祥明华丰裕春晖景云霞翠松柏枫桦杏桃柳荷兰菊梅竹星辰海岳川岭"
SECOND: Final = "河苑园庭湖泉溪林山桥塔阳光城新华盛丰源德义信礼智勇强工业民生乐居平远达通程鸿图腾飞翔"
ENDS: Final = ("", "东", "西", "南", "北", "中", "上", "下", "前", "后")
COMPOUND: Final = ("花园", "家园", "小区", "新村", "佳苑", "雅居", "名城", "华府", "嘉园", "雅苑", "公寓", "新城")
WORKS: Final = (
    "机床厂",
    "电缆厂",
    "铸造厂",
    "轴承厂",
    "水泵厂",
    "橡胶厂",
    "变压器厂",
    "阀门厂",
    "冶炼厂",
    "铁路局",
    "纺织厂",
    "工具厂",
)
VILLAGE: Final = ("屯", "堡子", "窝棚", "台子", "岗子", "洼子")
RAILWAYS: Final = ("锦昌铁路", "锦宁铁路", "昌海铁路", "宁丰铁路")
RIVERS: Final = ("锦清河", "柳泉河", "辉溪河", "白桦河")
COUNTIES: Final = (
    ("210106", "铁西区"), ("210102", "和平区"), ("210105", "皇姑区"), ("210103", "沈河区"), ("210104", "大东区"),
    ("210114", "于洪区"), ("210112", "浑南区"), ("210113", "沈北新区"), ("210111", "苏家屯区"), ("210115", "辽中区"),
)  # fmt: skip
"""Real county codes of Shenyang; everything under them is made up."""


def make_stems(n: int, rng: np.random.Generator) -> list[str]:
    """Draw distinct two-character stems; beyond the first few thousand they end in a direction.

    Parameters
    ----------
    n : int
        How many.
    rng : Generator
        Source of all chance.

    Returns
    -------
    list of str, n values
        Stems, no two equal.
    """
    base = [a + b for a in FIRST for b in SECOND if a != b]
    drawn = [base[i] for i in rng.permutation(len(base))]
    rounds = range(-(-n // len(drawn)))
    ends = [ENDS[r % len(ENDS)] + str(r // len(ENDS) or "") for r in rounds]
    return [stem + end for end in ends for stem in drawn][:n]


def compound_names(kinds: list[str], rng: np.random.Generator) -> list[str]:
    """Name compounds after their kind.

    Parameters
    ----------
    kinds : list of str
        Kind of each compound.
    rng : Generator
        Source of all chance.

    Returns
    -------
    list of str
        Names, no two equal.
    """
    stems = make_stems(len(kinds), rng)
    suffix = rng.integers(len(COMPOUND), size=len(kinds))
    works = rng.integers(len(WORKS), size=len(kinds))
    names = []
    for kind, stem, s, w in zip(kinds, stems, suffix, works, strict=True):
        if kind == "works":
            names.append(f"{stem}{WORKS[w]}家属院")
        elif kind == "village":
            names.append(f"{stem[:2]}{VILLAGE[s % len(VILLAGE)]}{stem[2:]}")
        elif kind == "villa":
            names.append(f"{stem}别墅")
        else:
            names.append(stem + COMPOUND[s])
    return names
