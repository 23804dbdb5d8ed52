"""scikit-learn: agglomerative clustering on the graph, and k-means by households; neither knows a size."""

from sklearn.cluster import AgglomerativeClustering, KMeans

from peers.best import best_of
from peers.instance import Answer, Instance, Ints, Piece

LINKAGES = ("ward", "average", "complete")
"""Rules of merging tried in turn; there is no chance in them."""


def agglomerate(instance: Instance, seed: int, seconds: float) -> Answer:
    """Merge neighbours on the graph, by each rule for every number of grids."""
    return best_of(instance, _merge, draws=len(LINKAGES), seed=seed, seconds=0.8 * seconds)


def kmeans(instance: Instance, seed: int, seconds: float) -> Answer:
    """Cluster places weighted by households; broken grids are repaired."""
    return best_of(instance, _cluster, draws=10, seed=seed, seconds=0.8 * seconds)


def _merge(piece: Piece, parts: int, turn: int, _seed: int) -> Ints:
    model = AgglomerativeClustering(n_clusters=parts, connectivity=piece.matrix, linkage=LINKAGES[turn])
    return model.fit_predict(piece.xy).astype("int64")


def _cluster(piece: Piece, parts: int, _turn: int, seed: int) -> Ints:
    model = KMeans(n_clusters=parts, n_init=1, random_state=seed % 2**31)
    return model.fit_predict(piece.xy, sample_weight=piece.weights + 1e-9).astype("int64")
