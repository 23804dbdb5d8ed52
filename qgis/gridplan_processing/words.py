"""What the toolbox says, in the language of QGIS."""

from qgis.core import QgsApplication

CHINESE = {
    "Program gridplan; found on the path if empty": "gridplan 程序；留空则在路径中查找",
    "Draw grids": "划分网格",
    "Check the input": "核查输入",
    "Assign personnel": "安排下沉人员",
    "Draws community grids of about 300 households, inside communities and compounds, in one piece, with a "
    "certificate. Give a folder whose layers are named by role, or the layers one by one; only buildings are "
    "required.": "划分约 300 户的社区网格：不跨社区、尽量不拆小区、连成一片，附质量证书。"
    "给出按角色命名图层的文件夹，或逐个给出图层；只有楼栋必需。",
    "Reads the layers as the drawing of grids does, and tells all faults and assumptions at once.": ""
    "与划分网格一样读取图层，一次列出全部问题和推定。",
    "Sends the persons of a roster into the grids of a plan: who serves where, gaps and the smallest remedy.": ""
    "把花名册中的人员安排到方案的各网格：谁服务哪里、缺口和最小补救。",
    "Folder with layers named by role": "按角色命名图层的文件夹",
    "Buildings": "楼栋",
    "Households": "住户",
    "Communities": "社区",
    "Compounds": "小区",
    "Subdistricts": "街道",
    "Boundary": "边界",
    "Roads": "道路",
    "Railways": "铁路",
    "Water": "水系",
    "Crossings": "通道",
    "Facilities": "设施",
    "Rule file (TOML)": "规则文件（TOML）",
    "Seed": "随机种子",
    "Effort": "搜索强度",
    "Folder of the plan": "方案文件夹",
    "Folder of the check": "核查结果文件夹",
    "Folder of the plan with the roster; that of the plan if empty": "带人员安排的方案文件夹；留空则写入原方案",
    "Roster (personnel)": "人员花名册",
    "Grids": "网格",
    "Units": "规划单元",
    "Findings": "问题",
    "Page": "网页",
    "Who serves where": "人员服务区",
    "Roster": "花名册",
    "Usable": "可用",
    "gridplan is not found: install it, and name the program in the options of Processing or in the variable "
    "GRIDPLAN": "找不到 gridplan：请安装，并在“处理”选项或环境变量 GRIDPLAN 中指明程序",
    "Stopped by the user": "已由用户停止",
    "The plan is made, but a hard rule is broken: see the findings": "方案已生成，但违反硬性规则，见问题图层",
    "gridplan stopped with exit code {}": "gridplan 停止，退出码 {}",
}


def speaks_chinese() -> bool:
    """Tell whether QGIS speaks Chinese."""
    return QgsApplication.locale().lower().startswith("zh")


def tr(text: str) -> str:
    """Say a text in the language of QGIS."""
    return CHINESE[text] if speaks_chinese() else text
