"""gridplan itself, through its public core."""

from peers.instance import Answer, Instance


def fast(instance: Instance, seed: int, seconds: float) -> Answer:
    """Plan with one short start."""
    return _solve(instance, seed, seconds, "fast")


def normal(instance: Instance, seed: int, seconds: float) -> Answer:
    """Plan with the default effort."""
    return _solve(instance, seed, seconds, "normal")


def _solve(instance: Instance, seed: int, seconds: float, effort: str) -> Answer:
    from gridplan import partition_graph  # noqa: PLC0415  the import is no part of other tools' memory

    plan = partition_graph(
        instance.edges,
        instance.weights,
        xy=instance.xy,
        compounds=instance.compounds,
        communities=instance.communities,
        effort=effort,
        time_limit=seconds,
        rng=seed,
        jobs=1,
    )
    proven = plan.communities["proven"].to_numpy(dtype=bool)
    out = plan.grids[~plan.grids["in_band"]]
    notes = {
        "communities": len(proven),
        "proven": int(proven.sum()),
        "open_gap": float(plan.communities["gap"][~proven].mean()) if not proven.all() else 0.0,
        "cut_short": int(not plan.reproducible),
        "out_in_proven": int(out["community"].isin(plan.communities["community"][proven]).sum()),
    }
    return Answer(labels=plan.labels.astype("int64"), notes=notes)
