"""Vectors in clusters."""

import numpy as np

from embedding.clusters import clustered
from tests.embedding.test_projection import two_crowds, unit_rows


def test_two_crowds_are_two_clusters() -> None:
    found = clustered(two_crowds(20), 2)
    assert len(set(found[:20].tolist())) == len(set(found[20:].tolist())) == 1
    assert set(found.tolist()) == {0, 1}


def test_the_largest_comes_first_and_the_same_vectors_give_the_same_clusters() -> None:
    vectors = unit_rows(60)
    found = clustered(vectors, 7)
    sizes = np.bincount(found).tolist()
    assert sizes == sorted(sizes, reverse=True)
    np.testing.assert_array_equal(found, clustered(vectors, 7))


def test_fewer_vectors_than_clusters_are_no_mistake() -> None:
    vectors = np.repeat(unit_rows(1), 3, axis=0)
    assert clustered(vectors, 5).tolist() == [0, 0, 0]
