"""Plans split by how many of their grids lie inside or touch a compound, against those that are not split."""

import numpy as np
import pytest
from oracle_pieces import lattice_piece, plain_cost

from gridplan.partition.proof import PROOFS, branches, listed, prove_piece
from gridplan.partition.proof.lister import Lister
from gridplan.partition.proof.master import Master
from gridplan.partition.search import BUDGETS, search_piece

GO = np.zeros(1, np.int8)


def test_a_programme_tells_which_number_of_grids_it_breaks() -> None:
    """Of three units of one compound any two make a cheap grid, so that one and a half of these touch it."""
    low, high = np.array([1.0, 0.0, 1.0]), np.array([3.0, 3.0, np.inf])
    master = Master(np.zeros(3, np.int64), low, high, 3.0, 100.0)
    master.add(np.array([0, 1, 1, 2, 0, 2, 0, 1, 2]), np.array([0, 2, 4, 6, 7, 8, 9]), np.array([1.0] * 3 + [5.0] * 3))
    master.ask(0, low, high)
    master.solve()
    row, count = master.most_broken()
    assert row in (1, 2)
    assert count == pytest.approx(1.5)
    assert master.objective == pytest.approx(1.5)
    for least, most in ((0.0, 1.0), (2.0, np.inf)):
        low[2], high[2] = least, most
        master.ask(0, low, high)
        dual = master.solve()
        # half a grid too many or too few is fined, as it costs less than units alone
        assert master.objective == pytest.approx(3.0)
        assert master.value(dual) == pytest.approx(3.0)
        assert master.most_broken()[0] == 1


@pytest.mark.parametrize("seed", [1, 3, 4, 8])
def test_split_plans_are_closed_to_the_same_end(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """The best plan is the same however often plans are split, and by the list of all grids."""
    graph, price = lattice_piece(seed, 6, (30, 90))
    plan = search_piece(graph, price, np.random.default_rng(seed), BUDGETS["fast"], GO)
    whole = prove_piece(graph, price, plan.plans, plan.cost, PROOFS["thorough"], GO)
    assert whole.proven
    monkeypatch.setattr(Lister, "fill", lambda _self, _steps: False)
    made, grow = [], branches.Branches.__init__

    def counted(self: branches.Branches, *of: object) -> None:
        made.append(self)
        grow(self, *of)  # type: ignore[arg-type]

    monkeypatch.setattr(branches.Branches, "__init__", counted)
    for splits in (0.0, 0.05, 1.0):
        monkeypatch.setattr(branches, "SPLITS", splits)
        monkeypatch.setattr(branches, "WIDE", 0.0)
        monkeypatch.setattr(branches, "BROKEN", 0.01)
        made.clear()
        proof = prove_piece(graph, price, plan.plans, plan.cost, PROOFS["thorough"], GO)
        assert proof.proven
        assert plain_cost(graph, proof.labels) == pytest.approx(plain_cost(graph, whole.labels))
        most = max(len(branch._leaves) for branch in made)
        assert most <= 1 + splits * PROOFS["thorough"].rounds
        if splits == 0.0:
            assert most == 1
    assert most > 1


@pytest.mark.parametrize("seed", range(4))
def test_a_cover_that_is_cut_short_keeps_the_plan_it_came_upon(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Whether it is the best need not be known then, but it is taken."""
    graph, price = lattice_piece(seed, 5, (30, 90))
    poor = np.arange(25) // 5
    find = listed.find_cover
    monkeypatch.setattr(listed, "find_cover", lambda *asked: (*find(*asked)[:3], True))
    proof = prove_piece(graph, price, [poor], plain_cost(graph, poor), PROOFS["normal"], GO)
    assert plain_cost(graph, proof.labels) < plain_cost(graph, poor)
