"""The peers gridplan is measured against, one adapter each, on the same graphs and by the same scorer.

An adapter has one function per method, all with the signature of `gridplan_core.normal`: an instance, a seed and the
CPU seconds it may take, to an `Answer`.
"""

from types import MappingProxyType
from typing import Final

TOOLS: Final = MappingProxyType(
    {
        "gridplan-fast": ("gridplan fast", "gridplan_core", "fast"),
        "gridplan-normal": ("gridplan normal", "gridplan_core", "normal"),
        "geoda-maxp": ("pygeoda max-p tabu", "geoda", "maxp"),
        "metis": ("METIS, best of many, repaired", "metis", "best"),
        "kahip": ("KaHIP strong, best of many, repaired", "kaffpa", "best"),
        "gerry-tree": ("GerryChain recursive tree", "gerry", "tree"),
        "gerry-recom": ("GerryChain ReCom optimiser", "gerry", "recom"),
        "spopt-maxp": ("spopt max-p", "spopt_regions", "maxp"),
        "spopt-skater": ("spopt SKATER", "spopt_regions", "skater"),
        "spopt-ward": ("spopt Ward", "spopt_regions", "ward"),
        "sklearn-tree": ("scikit-learn agglomerative on the graph", "sklearn_clusters", "agglomerate"),
        "sklearn-kmeans": ("scikit-learn k-means, repaired", "sklearn_clusters", "kmeans"),
    }
)
"""Tool -> title in the tables, adapter module, function."""

PACKAGES: Final = MappingProxyType(
    {
        "gridplan_core": "gridplan",
        "geoda": "pygeoda",
        "metis": "pymetis",
        "kaffpa": "kahip",
        "gerry": "gerrychain",
        "spopt_regions": "spopt",
        "sklearn_clusters": "scikit-learn",
    }
)
"""Adapter module -> the distribution it needs."""
