"""Grids + rosters -> who serves where: forces, beats, shortages, emergencies."""

from gridplan.deployment.assign import Deployment, check_roster, deploy

__all__ = ["Deployment", "check_roster", "deploy"]
