"""Names of layers and columns: the canonical English ones and the Chinese, pinyin and code aliases bureaus use.

Nothing here computes. A column that leaves or enters gridplan is named here and nowhere else.
"""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from gridplan.language import say

SEVERITIES: Final = ("error", "warning", "notice")
"""Of findings: a broken hard rule; a broken strong rule or an assumption that matters; one worth knowing."""

KEY_GROUPS: Final = ("elderly_disabled", "minors", "floating", "mental")
"""Key groups of Article 15, in the order of the output columns; counts of residents."""

ROLES: Final = MappingProxyType(
    {
        "buildings": ("楼栋", "建筑", "建筑物", "房屋", "楼房", "自然幢", "building"),
        "households": ("住户", "户", "户籍", "家庭", "户表", "household"),
        "compounds": ("小区", "住宅小区", "楼盘", "compound"),
        "communities": ("社区", "社区边界", "community"),
        "subdistricts": ("街道", "街道边界", "乡镇街道", "subdistrict"),
        "boundary": ("边界", "区界", "区县", "范围", "district"),
        "roads": ("道路", "路网", "road"),
        "railways": ("铁路", "railway", "rail"),
        "water": ("水系", "河流", "水域", "rivers"),
        "crossings": ("通道", "桥梁", "crossing", "bridges"),
        "personnel": ("人员", "下沉人员", "力量", "花名册", "staff"),
        "facilities": ("设施", "服务设施", "公共设施", "facility"),
        "jurisdictions": ("辖区", "警务区", "服务片区", "责任区", "jurisdiction"),
    }
)
"""Roles of input layers -> other names under which a layer plays the role."""

_PLACE: Final = {
    "community": ("社区", "社区名称", "SQMC", "SQJCWHMC"),
    "community_code": ("社区代码", "社区编码", "SQDM", "SQJCWHBM"),
    "subdistrict": ("街道", "街道名称", "乡镇街道名称", "XZJDMC"),
    "subdistrict_code": ("街道代码", "XZJDDM"),
    "district": ("区县", "区县名称", "QXMC"),
}
_COMPOUND: Final = {
    "compound": ("小区名称", "小区名", "小区", "楼盘名称", "XQMC", "XMMC"),
    "compound_code": ("小区编码", "小区编号", "XQDM"),
}
_CLASS: Final = {"compound_class": ("小区类型", "小区类别", "小区性质", "XQLX")}
_POINT: Final = {
    "x": ("坐标X", "ZBX", "经度", "lng", "lon", "longitude", "X"),
    "y": ("坐标Y", "ZBY", "纬度", "lat", "latitude", "Y"),
}
_GROUPS: Final = {
    "elderly_disabled": ("失能老人", "失能老年人", "失能老人数"),
    "minors": ("未成年人", "未成年人数"),
    "floating": ("流动人口", "流动人口数"),
    "mental": ("精神障碍患者", "精神障碍患者数"),
}

FIELDS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "buildings": {
            "building_id": (
                "楼栋编号",
                "楼栋编码",
                "幢编号",
                "自然幢号",
                "ZRZH",
                "JZWDM",
                "osm_id",
                "OBJECTID",
            ),
            "name": ("楼栋", "楼栋号", "楼栋名称", "幢号", "楼房名称", "建筑物名称", "JZWMC", "ZH"),
            "households": (
                "户数",
                "总户数",
                "常住户数",
                "住宅户数",
                "户籍户数",
                "房屋总数",
                "ZHS",
                "HS",
                "dwellings",
            ),
            "suites": ("总套数", "套数", "ZTS"),
            "entrances": ("单元数", "DYS"),
            "flats_per_landing": ("每层户数", "梯户数"),
            "residents": ("人口", "常住人口", "人口数", "居民数", "population"),
            "floors": ("层数", "总层数", "地上层数", "ZCS", "DSCS", "number_of_floors", "building_levels"),
            "living_area_m2": ("住宅面积", "居住面积", "living_area"),
            "floor_area_m2": ("建筑面积", "SCJZMJ", "JZMJ", "build_floor_area"),
            "residential": ("是否住宅", "is_living"),
            "use": ("规划用途", "用途", "GHYT"),
            "year": ("建筑年代", "建成年份", "JZND", "year_completed"),
            "address": ("地址", "详细地址", "标准地址", "地址全称", "门牌号", "DZMC", "DZQC", "MPH"),
            "police": ("派出所", "PCSDM", "警务区", "JWWGDM"),
            **_CLASS,
            **_COMPOUND,
            **_PLACE,
            **_GROUPS,
            **_POINT,
        },
        "households": {
            "building_id": ("楼栋编号", "楼栋编码", "幢编号", "自然幢号", "ZRZH", "JZWDM"),
            "name": ("楼栋", "楼栋号", "楼号", "幢号", "栋号", "楼栋名称", "楼房名称", "JZWMC", "ZH"),
            "compound": ("小区名称", "小区名", "小区", "楼盘名称", "XQMC", "XMMC"),
            "entrance": ("单元", "单元号", "DYFH"),
            "room": ("房号", "室", "房间号", "室号", "门牌室号"),
            "households": ("户数", "总户数", "常住户数", "住宅户数", "户籍户数", "ZHS", "HS"),
            "residents": ("人口", "常住人口", "人口数", "居民数", "家庭人口", "户籍人口"),
            "cancelled": ("注销标志", "注销状态", "是否注销", "ZXBZ"),
            "address": ("地址", "详细地址", "标准地址", "地址全称", "门牌号", "DZMC", "DZQC", "MPH"),
            **_GROUPS,
            **_POINT,
        },
        "compounds": {**_CLASS, **_COMPOUND, **_PLACE},
        "communities": {**_PLACE, "grid_workers": ("网格员数", "网格员人数", "专职网格员数", "网格员")},
        "subdistricts": {
            "subdistrict": ("街道", "街道名称", "乡镇街道名称", "XZJDMC"),
            "subdistrict_code": ("街道代码", "XZJDDM"),
            "district": ("区县", "区县名称", "QXMC"),
        },
        "boundary": {"district": ("区县", "区县名称", "QXMC")},
        "roads": {
            "road_class": ("等级", "道路等级", "类型", "class", "highway", "fclass"),
            "name": ("名称", "道路名称"),
        },
        "railways": {"name": ("名称", "铁路名称")},
        "water": {"name": ("名称", "河流名称")},
        "crossings": {"name": ("名称",)},
        "personnel": {
            "person_id": ("人员编号", "编号", "工号"),
            "force": ("力量", "部门", "所属部门"),
            "staff": ("人员类别", "身份", "类别"),
            "community": ("社区", "社区名称"),
            "subdistrict": ("街道", "街道名称"),
            "area": ("辖区", "警务区", "服务片区", "责任区"),
            "home_x": ("居住地X", "住址X"),
            "home_y": ("居住地Y", "住址Y"),
            "work_x": ("单位X", "单位驻地X"),
            "work_y": ("单位Y", "单位驻地Y"),
            "capacity": ("容量", "可服务网格数"),
            "capacity_unit": ("容量单位", "计量单位"),
            "skills": ("技能", "专业技能", "特长"),
            "grid_code": ("现服务网格", "网格编码", "网格代码", "网格"),
        },
        "facilities": {
            "type": ("类型", "设施类型"),
            "name": ("名称", "设施名称"),
            "rooms": ("房间", "功能用房"),
            "area_m2": ("面积", "建筑面积"),
            "open": ("对外开放", "是否开放"),
            "owner": ("权属单位", "所属单位", "产权单位"),
            "community": ("社区", "社区名称"),
            **_POINT,
        },
        "jurisdictions": {
            "area": ("辖区", "辖区名称", "警务区", "片区", "名称", "name"),
            "force": ("力量", "部门", "所属部门"),
        },
        "hazards": {
            "name": ("名称", "灾害名称", "事件"),
            "type": ("类型", "灾害类型"),
            "skills": ("技能", "所需技能"),
        },
        "bases": {"name": ("名称", "驻地", "基地")},
        "sites": {"name": ("名称", "地点", "选址")},
        "estates": {
            "name": ("名称", "项目名称", "小区名称"),
            "year": ("年份", "交付年份", "竣工年份"),
            "households": ("户数", "规划户数", "总套数", "套数"),
        },
        "edits": {
            "kind": ("类型", "操作", "type"),
            "grid_code": ("网格编码", "网格代码", "网格编号", "WGBM", "WGDM", "网格", "code"),
        },
        "scores": {
            "grid_code": ("网格编码", "网格代码", "网格编号", "WGBM", "WGDM", "网格", "code"),
            "force": ("力量", "部门", "责任部门", "承办单位"),
            "period": ("期", "时期", "评价期", "评价周期", "期次", "年度", "季度", "月份", "年月"),
            "satisfaction": ("满意度", "满意率", "满意度得分", "得分", "评分", "score"),
            "response": ("响应时长", "响应时间", "平均响应时长", "处置时长", "办结时长", "response_time"),
            "count": ("样本数", "样本量", "评价数", "评价人数", "答卷数", "件数", "办件数"),
        },
        "departments": {
            "code": (
                "grid_code",
                "网格编码",
                "网格代码",
                "网格编号",
                "警务网格编码",
                "城管网格编码",
                "党建网格编码",
                "单元网格编码",
                "责任网格编码",
                "WGBM",
                "WGDM",
                "警务区编码",
                "辖区编码",
                "辖区代码",
                "JWWGDM",
                "PCSDM",
                "警务区",
                "辖区",
                "编码",
                "代码",
                "编号",
                "BM",
                "DM",
            ),
            "name": ("网格名称", "辖区名称", "警务区名称", "名称", "MC"),
        },
        "grids": {
            "grid_code": ("网格编码", "网格代码", "网格编号", "WGBM", "WGDM", "网格", "网格名称", "code"),
            "building_id": ("楼栋编号", "楼栋编码", "幢编号", "自然幢号", "ZRZH", "JZWDM"),
            "entrance": ("单元", "单元号", "DYFH"),
        },
    }
)
"""Role -> canonical field -> other names of the field, best first. Matching ignores case, spaces and width."""

BASIS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "resident": ("常住户数", "实有户数", "常住家庭户数"),
        "registered": ("户籍户数", "户籍家庭户数", "在册户数"),
        "dwelling": ("房屋总数", "总套数", "住宅套数", "套数", "ZTS", "dwellings"),
    }
)
"""What a household is -> fields that count households read so: they go before the others of `FIELDS`."""

PERSONAL: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "household_no": ("户号", "户编号", "户口簿号", "家庭编号"),
        "relation": ("与户主关系", "与户主的关系", "户主关系", "家庭关系"),
        "head": ("户主姓名", "户主", "户主名称", "HZXM"),
        "person": ("姓名", "人员姓名", "居民姓名", "XM"),
        "person_no": ("身份证号码", "身份证号", "身份证", "公民身份号码", "证件号码", "SFZH", "GMSFHM"),
        "phone": ("联系电话", "手机号", "手机号码", "电话", "联系方式", "LXDH", "SJH"),
    }
)
"""What identifies a person -> names of such fields: dropped on read, and said. The first five tell households and
persons of a ledger apart before they are dropped."""

COUNTED: Final = ("households", "residents", "suites", "entrances", *KEY_GROUPS)
"""Fields that count: under merged cells they count once."""

ROAD_CLASSES: Final = MappingProxyType(
    {
        "motorway": ("高速", "高速公路", "motorway_link"),
        "trunk": ("快速路", "城市快速路", "trunk_link"),
        "primary": ("主干路", "主干道", "primary_link"),
        "secondary": ("次干路", "次干道", "secondary_link"),
        "tertiary": ("支路", "tertiary_link"),
    }
)
"""Canonical road class -> other values; what is not listed is kept as it stands."""

STAFF: Final = MappingProxyType(
    {
        "department": ("部门", "职能部门", "企业"),
        "committee": ("社区", "居委会", "社区工作者"),
        "organ": ("机关", "机关干部", "机关企事业单位"),
        "public": ("社会", "群众", "志愿者"),
    }
)
"""Kinds of staff (Articles 18 and 26) -> other names of them."""

CAPACITIES: Final = MappingProxyType(
    {
        "grids": ("网格", "个", "网格数", "grid"),
        "households": ("户", "户数", "household"),
        "residents": ("人", "人口", "居民", "resident"),
    }
)
"""What a capacity counts -> other names of it."""

BARRIERS: Final = ("none", "road", "stream", "crossing", "link")
"""What lies on an edge of the contiguity graph, by code 0..4: nothing; a soft road; a water line; a crossing that
reopens a hard barrier; the one link of a piece too small to be planned apart."""

GRID_COLUMNS: Final = (
    "grid_code", "name", "community", "community_code", "subdistrict", "households", "residents", "load",
    "compounds", "buildings", "area_m2", "walk_m", "compactness", "in_band", "cause", "valid_from",
    *KEY_GROUPS, "key_places", "facility_m", "workers", "profile", "site", "micro_grids",
)  # fmt: skip
UNIT_COLUMNS: Final = (
    "unit_id", "building_id", "entrance", "grid_code", "community", "community_code", "compound", "households",
    "residents", "source", *KEY_GROUPS, "facility_m", "profile", "site",
)  # fmt: skip
PLAIN_COLUMNS: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "grids": {"facility_m": math.nan, "workers": math.nan, "profile": "", "site": "", "micro_grids": 0},
        "units": {"facility_m": math.nan, "profile": "", "site": ""},
    }
)
"""Frame -> columns -> what stands in them where nothing is asked for: nothing known, the sizes of the rules,
no exclusive site, no micro-grids."""
FOOTPRINT_COLUMNS: Final = ("building_id", "households")
MICRO_COLUMNS: Final = (
    "micro_code", "grid_code", "name", "households", "residents", "buildings", "area_m2", "in_band", "cause",
)  # fmt: skip
MICRO_MEMBER_COLUMNS: Final = ("micro_code", "grid_code", "building_id", "entrance", "households")
BUILDING_COLUMNS: Final = ("building_id", "entrance", "grid_code", "community", "compound", "households")
EDGE_COLUMNS: Final = ("unit_a", "unit_b", "border_m", "barrier", "barrier_m")
WALL_COLUMNS: Final = ("unit_a", "unit_b", "border_m")
FINDING_COLUMNS: Final = ("code", "severity", "subject", "reason", "value", "message")
"""`message` is the reason as `language.pack` writes it: it can be told in any language."""
ASSIGNMENT_COLUMNS: Final = ("grid_code", "force", "person_id", "staff", "distance_m", "way", "kept")
FORCE_COLUMNS: Final = (
    "force", "name", "level", "unit", "persons", "needed", "served", "cost", "bound", "gap", "proven", "distance_m",
    "changed", "method", "defaults", "seconds",
)  # fmt: skip
PERSON_COLUMNS: Final = (
    "person_id", "force", "staff", "capacity", "unit", "load", "grids", "households", "residents", "distance_m",
    "pieces",
)  # fmt: skip
SHORTAGE_COLUMNS: Final = ("grid_code", "force", "missing", "reason", "remedy", "reason_message", "remedy_message")
"""The last two are reason and remedy as `language.pack` writes them."""
TERMS: Final = ("outside", "load", "compound", "mixed", "inertia", "barrier_per_m")
"""Terms of the cost of a grid, named as their prices in `config.CostRules`."""
EXPLANATION_COLUMNS: Final = (
    "grid_code", "cost", *TERMS, "binds",
    "neighbour", "unit", "moved", "here", "there", "cost_change",
    "cure_neighbour", "cure_unit", "cure_moved", "cure_here", "cure_there", "cure_change",
)  # fmt: skip
"""Why a grid is as it is: its cost by terms, the one that weighs most; the best exchange with a neighbour; and the best
one after which fewer of the two lie outside the band. A unit of "" stands for both grids as one."""
CERTIFICATE_COLUMNS: Final = (
    "community", "units", "households", "parts", "cost", "bound", "gap", "proven", "reason", "seconds",
)  # fmt: skip
CROSSWALK_COLUMNS: Final = ("old_code", "new_code", "buildings", "households_old", "households_new")
MOVED_COLUMNS: Final = ("building_id", "entrance", "old_code", "new_code", "households")
TRADEOFF_COLUMNS: Final = (
    "weight", "moved", "moved_share", "cost", "soft_cost", "outside", "kept", "new", "retired", "cpu_s",
)  # fmt: skip
HISTORY_COLUMNS: Final = ("grid_code", "event", "valid_from", "valid_to", "others")
SET_ASIDE_COLUMNS: Final = ("role", "id", "rows", "households", "reason")

ASIDE_REASONS: Final = (
    "no building has this id", "no building is named", "no building has this address",
    "several buildings have this address", "no building is near", "cancelled",
    "an empty row", "a total", "a header again", "a note below the table",
    "no geometry", "no geometry, or one without area",
    "a copy or another part of a building", "too far outside the planned ground",
    "its community is left out",
)  # fmt: skip
"""Why rows are set aside when they are read."""

CAUSES: Final = (
    "building above upper", "arithmetic", "coarse buildings", "locked", "barrier", "governance capacity",
    "search limit",
)  # fmt: skip
"""Why a grid lies outside the band; the empty text where it lies inside."""

ROOMS: Final = MappingProxyType(
    {
        "service_hall": ("社区服务大厅", "服务大厅"),
        "police_room": ("社区警务室", "警务室"),
        "committee_office": ("居民委员会办公用房", "居委会办公用房", "居委会办公室"),
        "activity_room": ("居民活动用房", "居民活动室"),
        "party_centre": ("党群活动中心", "党群服务中心"),
        "reading_room": ("阅览室", "图书室"),
    }
)
"""Rooms of a community's service facilities (Article 11) -> other names of them."""

CENTRES: Final = ("社区服务中心", "社区综合服务设施", "党群服务中心", "社区综合服务中心", "centre")
"""Types of facilities that are a community's own (Article 11), beside all that have one of its rooms."""

SKETCHES: Final = MappingProxyType(
    {
        "grid": ("网格", "划定"),
        "together": ("同网格", "合并"),
        "exclude": ("排除", "不规划"),
        "close": ("封闭", "隔断", "围墙"),
        "open": ("打通", "通道", "开门"),
        "apart": ("分开", "不同网格"),
    }
)
"""Kinds of edits drawn on a map -> other names of them: three of areas, three of lines."""

SERVICES: Final = MappingProxyType(
    {
        "commerce": ("商业", "菜市场", "农贸市场", "超市", "便利店", "商场", "shop"),
        "education": ("教育", "小学", "中学", "学校", "school"),
        "medical": ("医疗", "社区卫生服务站", "社区卫生服务中心", "医院", "诊所", "hospital"),
        "elderly_care": ("养老", "日间照料中心", "养老院", "养老服务站"),
        "childcare": ("托幼", "幼儿园", "托儿所", "托育机构", "kindergarten"),
        "culture": ("文化", "文化活动站", "图书馆", "文化馆", "文体设施"),
        "sport": ("体育", "健身站", "健身点", "体育馆", "运动场"),
        "municipal": ("市政公用", "市政设施", "供热站", "燃气站", "供水站"),
        "shared": ("会议室", "停车场", "卫生间", "公共厕所"),
    }
)
"""Services (Article 13; the last those that employers open to residents, Article 33) -> types of facilities."""

GAP_COLUMNS: Final = (
    "community", "community_code", "subdistrict", "households", "residents", "facilities", "area_m2", "needed_m2",
    "gap_m2", "scatter_m", "missing",
)  # fmt: skip
"""Facilities of each community: what there is, what is needed, the rooms that lack, and the longest way between two."""
ESTATE_COLUMNS: Final = ("community", "community_code", "year", "planned", "households", "needed_m2", "gap_m2")
"""The same for each year in which planned estates are finished; `planned` are the households of that year."""
COVERAGE_COLUMNS: Final = (
    "service", "radius_m", "community", "community_code", "residents", "covered", "uncovered", "share", "opened",
)  # fmt: skip
"""Residents of each community by service; `opened` are those that only facilities opened by employers cover."""
SITE_COLUMNS: Final = ("service", "site", "residents", "proven")

OVERLAP_COLUMNS: Final = (
    "department", "grid_code", "department_code", "relation", "units", "households", "households_of_grid",
    "households_of_department", "ground_m2", "ground_of_grid", "ground_of_department",
)  # fmt: skip
"""What a grid and a departmental grid share; the shares are of the whole grid and of the whole departmental grid."""
RELATIONS: Final = ("same", "inside", "holds", "part", "outside")
"""A grid is the same as a departmental grid, lies inside it, holds it, shares a part, or that part is in none."""
NESTING_COLUMNS: Final = ("grid_code", "department", "department_code", "largest_share", "alone", "same", "parts")
OVERLAPPED_COLUMNS: Final = ("grid_code", "name", "community", "households", "departments", "agree", "same", "apart")
DEPARTMENTAL_COLUMNS: Final = (
    "department", "department_code", "name", "households", "ground_m2", "grids", "inside", "whole",
)  # fmt: skip
DEPARTMENT_COLUMNS: Final = (
    "department", "grids", "nest", "same", "households", "households_nest", "households_outside",
    "households_doubled", "departmental_grids", "met", "whole", "cut", "pieces", "pieces_most",
)  # fmt: skip
"""A department: grids and households that nest in its grids, and what becomes of its grids."""

PERIOD_COLUMNS: Final = (
    "period", "grids", "count", "satisfaction", "satisfaction_change", "response", "response_change",
)  # fmt: skip
"""Figures of an evaluation in one period, and how they changed since the one before."""
RATING_COLUMNS: Final = (
    "grid_code", "community", "force", "period", "satisfaction", "response", "count", "persons", "distance_m",
)  # fmt: skip
"""One figure, and who serves the grid for that force."""
RATED_COLUMNS: Final = (
    "grid_code", "name", "community", "households", "period", "satisfaction", "satisfaction_before",
    "satisfaction_change", "response", "response_before", "response_change", "count",
)  # fmt: skip
"""A grid in the last period and in the one before."""

COMMUNITY_COLUMNS: Final = (
    "community", "community_code", "subdistrict", "households", "residents", "load", "grids", "state", "workers",
    "per_10000", "workers_short",
)  # fmt: skip
PROPOSED_COLUMNS: Final = ("proposed_code", "state", "communities", "households", "residents", "load", "grids")
NESTED_COLUMNS: Final = ("proposed_code", "grid_code", "new_code")
"""The grids inside a proposed community; `new_code` is their code in it, in the order of the old ones."""
COMMUNITY_STATES: Final = ("fits", "small", "large", "empty", "split", "merged", "drawn")
"""How a present community fits, and how a proposed one came about."""

_COUNTS: Final = {"households": "households", "residents": "persons", **dict.fromkeys(KEY_GROUPS, "persons")}

UNITS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "grids": {
            **_COUNTS,
            "load": "weighted households",
            "area_m2": "m2",
            "walk_m": "m",
            "compactness": "1",
            "facility_m": "m",
            "workers": "persons",
        },
        "units": {**_COUNTS, "x": "m", "y": "m", "facility_m": "m"},
        "micro_grids": {"households": "households", "residents": "persons", "area_m2": "m2"},
        "micro_members": {"households": "households"},
        "buildings": {"households": "households"},
        "footprints": {"households": "households"},
        "edges": {"border_m": "m", "barrier_m": "m"},
        "walls": {"border_m": "m"},
        "certificate": {"households": "households", "cost": "1", "bound": "1", "gap": "1", "seconds": "s"},
        "assignment": {"distance_m": "m"},
        "forces": {"cost": "m", "bound": "m", "gap": "1", "distance_m": "m", "seconds": "s"},
        "persons": {"households": "households", "residents": "persons", "distance_m": "m"},
        "explanations": {
            **dict.fromkeys(("cost", *TERMS, "cost_change", "cure_change"), "1"),
            **dict.fromkeys(("moved", "here", "there", "cure_moved", "cure_here", "cure_there"), "households"),
        },
        "set_aside": {"households": "households"},
        "crosswalk": {"households_old": "households", "households_new": "households"},
    }
)
"""Frame of a plan -> column -> what its numbers count; columns that count pieces, and texts, are left out."""


def field_title(role: str, *names: str) -> str:
    """Tell the name of a field as files have it, beside the one of the schema.

    Parameters
    ----------
    role : str
        Role of the layer.
    *names : str
        Canonical names.

    Returns
    -------
    str
        A message: ``capacity (容量)``; the name alone where files have no other.
    """
    known = FIELDS.get(role, {})
    titles = [known[name][0] if known.get(name) else name for name in names]
    if titles == list(names):
        return ", ".join(names)
    return say("{name} ({title})", name=", ".join(names), title="、".join(titles))
