"""Grids + rosters -> who serves where: forces, beats, shortages, emergencies."""

from gridplan.deployment.assign import Deployment, check_roster, deploy
from gridplan.deployment.emergency import Response, respond

__all__ = ["Deployment", "Response", "check_roster", "deploy", "respond"]
