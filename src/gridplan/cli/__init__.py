"""The command line: reads arguments, calls the library, prints. Nothing else in gridplan prints."""

from gridplan.cli.appraisal import evaluate, explain, rerun
from gridplan.cli.commands import main
from gridplan.cli.deployment import assign, emergency
from gridplan.cli.drawing import map_
from gridplan.cli.planning import communities, facilities
from gridplan.cli.revision import compare, tradeoff

main.add_command(assign)
main.add_command(emergency)
main.add_command(evaluate)
main.add_command(explain)
main.add_command(communities)
main.add_command(facilities)
main.add_command(map_)
main.add_command(rerun)
main.add_command(compare)
main.add_command(tradeoff)

__all__ = ["main"]
