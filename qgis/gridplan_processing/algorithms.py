"""The three algorithms: their parameters, and the commands they start."""

import json
from pathlib import Path
from typing import Any, ClassVar

from qgis.core import (
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsProcessingOutputBoolean,
    QgsProcessingOutputFile,
    QgsProcessingOutputHtml,
    QgsProcessingOutputVectorLayer,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterVectorLayer,
    QgsVectorLayer,
)

from .child import BROKEN_RULE, run
from .words import tr

ROLES = {
    "buildings": "Buildings", "households": "Households", "communities": "Communities", "compounds": "Compounds",
    "subdistricts": "Subdistricts", "boundary": "Boundary", "roads": "Roads", "railways": "Railways", "water": "Water",
    "crossings": "Crossings", "facilities": "Facilities",
}  # fmt: skip
EFFORTS = ("fast", "normal", "thorough")
FORMATS = ["gpkg", "shp", "geojson", "fgb", "csv", "xlsx"]
"""Files that gridplan reads; a layer of another kind is handed over as a GeoPackage."""
TABLES = "(*.xlsx *.xls *.csv)"

Values = dict[str, Any]


class Styled(QgsProcessingLayerPostProcessorInterface):
    """Draws a layer with the style inside its GeoPackage."""

    kept: ClassVar[list["Styled"]] = []

    @classmethod
    def make(cls) -> "Styled":
        """Make one that lives until QGIS has used it."""
        cls.kept.append(cls())
        return cls.kept[-1]

    def postProcessLayer(
        self, layer: QgsVectorLayer, _context: QgsProcessingContext, _feedback: QgsProcessingFeedback
    ) -> None:
        """Load the style once the layer is loaded."""
        layer.loadDefaultStyle()
        layer.triggerRepaint()


class Algorithm(QgsProcessingAlgorithm):
    """What the three have in common."""

    key: ClassVar[str]
    title: ClassVar[str]
    help_text: ClassVar[str]

    def name(self) -> str:
        """Give the second part of the id."""
        return self.key

    def displayName(self) -> str:
        """Give the name in the toolbox."""
        return tr(self.title)

    def shortHelpString(self) -> str:
        """Say what it does."""
        return tr(self.help_text)

    def createInstance(self) -> "Algorithm":
        """Make another one, as QGIS asks."""
        return type(self)()

    def add_input(self) -> None:
        """Add what says where the layers are."""
        self.addParameter(
            QgsProcessingParameterFile(
                "INPUT", tr("Folder with layers named by role"), QgsProcessingParameterFile.Folder,
                optional=True,
            )
        )  # fmt: skip
        for role, title in ROLES.items():
            self.addParameter(
                QgsProcessingParameterVectorLayer(role.upper(), tr(title), [QgsProcessing.TypeVector], optional=True)
            )
        self.add_rules()

    def add_rules(self) -> None:
        """Add the rule file."""
        self.addParameter(QgsProcessingParameterFile("RULES", tr("Rule file (TOML)"), extension="toml", optional=True))

    def input_arguments(
        self, given: Values, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> list[str]:
        """Turn the parameters of `add_input` into arguments."""
        place = self.parameterAsString(given, "INPUT", context)
        arguments = [place] if place else []
        for role in ROLES:
            if self.parameterAsVectorLayer(given, role.upper(), context) is not None:
                path, layer = self.parameterAsCompatibleSourceLayerPathAndLayerName(
                    given, role.upper(), context, FORMATS, "gpkg", feedback
                )
                arguments += [f"--{role}", f"{path}:{layer}" if layer else path]
        return arguments + self.rule_arguments(given, context)

    def rule_arguments(self, given: Values, context: QgsProcessingContext) -> list[str]:
        """Turn the rule file into arguments."""
        rules = self.parameterAsFile(given, "RULES", context)
        return ["--rules", rules] if rules else []

    def add_effort(self) -> None:
        """Add how long to search."""
        self.addParameter(QgsProcessingParameterEnum("EFFORT", tr("Effort"), list(EFFORTS), defaultValue=1))

    def effort_arguments(self, given: Values, context: QgsProcessingContext) -> list[str]:
        """Turn the effort into arguments."""
        return ["--effort", EFFORTS[self.parameterAsEnum(given, "EFFORT", context)]]

    def load(self, found: dict[str, tuple[Path, str, str]], context: QgsProcessingContext) -> Values:
        """Load layers, given by output as file, layer and title; those that are not there are left out."""
        loaded: Values = {}
        for output, (path, layer, title) in found.items():
            address = f"{path}|layername={layer}"
            if path.exists() and QgsVectorLayer(address, layer, "ogr").isValid():
                details = QgsProcessingContext.LayerDetails(tr(title), context.project(), output)
                details.setPostProcessor(Styled.make())
                context.addLayerToLoadOnCompletion(address, details)
                loaded[output] = address
        return loaded


def demand(code: int, last: str, feedback: QgsProcessingFeedback) -> None:
    """Stop where gridplan has stopped; a plan that breaks a hard rule is a plan."""
    if code == BROKEN_RULE:
        feedback.reportError(tr("The plan is made, but a hard rule is broken: see the findings"))
    elif code:
        raise QgsProcessingException(last or tr("gridplan stopped with exit code {}").format(code))


class Partition(Algorithm):
    """Draw the grids of a district."""

    key = "partition"
    title = "Draw grids"
    help_text = (
        "Draws community grids of about 300 households, inside communities and compounds, in one piece, with a "
        "certificate. Give a folder whose layers are named by role, or the layers one by one; only buildings are "
        "required."
    )

    def initAlgorithm(self, _configuration: Values | None = None) -> None:
        """Declare parameters and outputs."""
        self.add_input()
        self.add_effort()
        self.addParameter(QgsProcessingParameterNumber("SEED", tr("Seed"), defaultValue=0, minValue=0))
        self.addParameter(QgsProcessingParameterFolderDestination("OUTPUT", tr("Folder of the plan")))
        for output, title in (("GRIDS", "Grids"), ("UNITS", "Units"), ("FINDINGS", "Findings")):
            self.addOutput(QgsProcessingOutputVectorLayer(output, tr(title)))
        self.addOutput(QgsProcessingOutputHtml("PAGE", tr("Page")))

    def processAlgorithm(self, given: Values, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> Values:
        """Start ``gridplan partition``."""
        out = Path(self.parameterAsString(given, "OUTPUT", context))
        arguments = ["partition", *self.input_arguments(given, context, feedback), "-o", str(out)]
        arguments += self.effort_arguments(given, context)
        arguments += ["--seed", str(self.parameterAsInt(given, "SEED", context))]
        demand(*run(arguments, feedback), feedback)
        package = out / "plan.gpkg"
        layers = {
            "UNITS": (package, "units", "Units"),
            "GRIDS": (package, "grids", "Grids"),
            "FINDINGS": (package, "findings", "Findings"),
        }
        return {"OUTPUT": str(out), "PAGE": str(out / "plan.html"), **self.load(layers, context)}


class Check(Algorithm):
    """Check the layers of a district."""

    key = "check"
    title = "Check the input"
    help_text = "Reads the layers as the drawing of grids does, and tells all faults and assumptions at once."

    def initAlgorithm(self, _configuration: Values | None = None) -> None:
        """Declare parameters and outputs."""
        self.add_input()
        self.addParameter(QgsProcessingParameterFolderDestination("OUTPUT", tr("Folder of the check")))
        self.addOutput(QgsProcessingOutputVectorLayer("FINDINGS", tr("Findings")))
        self.addOutput(QgsProcessingOutputBoolean("USABLE", tr("Usable")))

    def processAlgorithm(self, given: Values, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> Values:
        """Start ``gridplan check``; that the layers cannot be used is its result, not its failure."""
        out = Path(self.parameterAsString(given, "OUTPUT", context))
        code, last = run(["check", *self.input_arguments(given, context, feedback), "-o", str(out)], feedback)
        report = out / "check.json"
        if not report.exists():
            demand(code, last, feedback)
        usable = json.loads(report.read_text("utf-8"))["usable"]
        found = self.load({"FINDINGS": (out / "findings.gpkg", "findings", "Findings")}, context)
        return {"OUTPUT": str(out), "USABLE": usable, **found}


class Assign(Algorithm):
    """Assign personnel to a plan."""

    key = "assign"
    title = "Assign personnel"
    help_text = (
        "Sends the persons of a roster into the grids of a plan: who serves where, gaps and the smallest remedy."
    )

    def initAlgorithm(self, _configuration: Values | None = None) -> None:
        """Declare parameters and outputs."""
        self.addParameter(
            QgsProcessingParameterFile("PLAN", tr("Folder of the plan"), QgsProcessingParameterFile.Folder)
        )
        self.addParameter(QgsProcessingParameterFile("PERSONNEL", tr("Roster (personnel)"), fileFilter=TABLES))
        self.add_rules()
        self.add_effort()
        folder = tr("Folder of the plan with the roster; that of the plan if empty")
        self.addParameter(
            QgsProcessingParameterFolderDestination("OUTPUT", folder, optional=True, createByDefault=False)
        )
        self.addOutput(QgsProcessingOutputVectorLayer("AREAS", tr("Who serves where")))
        self.addOutput(QgsProcessingOutputFile("ROSTER", tr("Roster")))

    def processAlgorithm(self, given: Values, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> Values:
        """Start ``gridplan assign``."""
        plan = self.parameterAsString(given, "PLAN", context)
        out = self.parameterAsString(given, "OUTPUT", context)
        arguments = ["assign", plan, "--personnel", self.parameterAsFile(given, "PERSONNEL", context)]
        arguments += [*(["-o", out] if out else []), *self.rule_arguments(given, context)]
        arguments += self.effort_arguments(given, context)
        demand(*run(arguments, feedback), feedback)
        folder = Path(out or plan)
        areas = {"AREAS": (folder / "plan.gpkg", "assignment_areas", "Who serves where")}
        return {"OUTPUT": str(folder), "ROSTER": str(folder / "roster.xlsx"), **self.load(areas, context)}
