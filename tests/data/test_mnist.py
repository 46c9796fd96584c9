"""Fetching and reading MNIST, against a server on this machine and small IDX files made here."""

import gzip
import hashlib
import itertools
import socket
import sys
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer, SimpleHTTPRequestHandler

import numpy as np
import pytest

from course_lib.data.mnist import SHA256, load_mnist

TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS = SHA256


def idx(array: np.ndarray) -> bytes:
    """An IDX file as LeCun's page describes it."""
    return bytes((0, 0, 8, array.ndim)) + np.array(array.shape, ">u4").tobytes() + array.astype("u1").tobytes()


def examples(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (n, 28, 28)), rng.integers(0, 10, n)


@pytest.fixture
def folder(tmp_path):
    """A folder with 20 training and 10 test examples in the four files."""
    path = tmp_path / "files"
    path.mkdir()
    arrays = (*examples(20, seed=0), *examples(10, seed=1))
    for name, array in zip(SHA256, arrays, strict=True):
        (path / name).write_bytes(gzip.compress(idx(array), mtime=0))
    return path


def checksums(folder) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in SHA256}


def serve(handler):
    server = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}"


@pytest.fixture
def web(folder, monkeypatch):
    """The address of a server that hands out `folder`, and the list of requests it has seen."""
    pytest.importorskip("pooch")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    seen = []

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *message):
            seen.append(self.path)

    server, address = serve(partial(Quiet, directory=str(folder)))
    yield address, seen
    server.shutdown()
    server.server_close()


def test_a_folder_is_read(folder):
    data = load_mnist(folder, checksums={})
    images, labels = examples(20, seed=0)
    assert data.x_train.shape == (20, 784)
    assert data.x_train.dtype == np.float32
    np.testing.assert_allclose(data.x_train, images.reshape(20, 784) / 255, atol=1e-7)
    np.testing.assert_array_equal(data.y_train, labels)
    assert data.y_test.dtype == np.int64
    assert data.x_test.shape == (10, 784)
    assert load_mnist(str(folder), checksums={}, flat=False, scaled=False).x_test.shape == (10, 28, 28)
    assert load_mnist(folder, checksums={}, scaled=False).x_test.max() == 255


def test_uncompressed_files_under_the_same_name_are_read_too(folder):
    for name in SHA256:
        (folder / name).write_bytes(gzip.decompress((folder / name).read_bytes()))
    assert load_mnist(folder, checksums={}).x_train.shape == (20, 784)


def test_without_other_checksums_only_the_real_mnist_will_do(folder):
    with pytest.raises(ValueError, match=f"{TRAIN_IMAGES} has the wrong checksum: .* replace it in"):
        load_mnist(folder)


def test_files_are_fetched_once_and_kept(web, folder, tmp_path):
    address, seen = web
    first = load_mnist(address, checksums(folder), cache=tmp_path / "cache")
    assert len(seen) == 4
    second = load_mnist(address + "/", checksums(folder), cache=tmp_path / "cache")
    assert len(seen) == 4
    np.testing.assert_array_equal(first.x_train, second.x_train)
    np.testing.assert_array_equal(first.x_train, load_mnist(folder, checksums={}).x_train)


def test_a_damaged_file_in_the_cache_is_fetched_again(web, folder, tmp_path):
    address, seen = web
    load_mnist(address, checksums(folder), cache=tmp_path / "cache")
    kept = next((tmp_path / "cache").glob(f"*{TEST_LABELS}"))
    kept.write_bytes(b"damaged")
    assert len(load_mnist(address, checksums(folder), cache=tmp_path / "cache").y_test) == 10
    assert len(seen) == 5


def test_a_wrong_checksum_is_one_sentence_and_nothing_is_kept(web, folder, tmp_path):
    with pytest.raises(ValueError, match=f"{TRAIN_LABELS} has the wrong checksum: the download was cut short"):
        load_mnist(web[0], checksums(folder) | {TRAIN_LABELS: "0" * 64}, cache=tmp_path / "cache")
    assert not list((tmp_path / "cache").glob(f"*{TRAIN_LABELS}"))


def test_a_missing_file_on_the_server_is_one_sentence(web, folder, tmp_path):
    (folder / TEST_IMAGES).unlink()
    with pytest.raises(ValueError, match=rf"{TEST_IMAGES} could not be fetched \(the server answers 404\)"):
        load_mnist(web[0], {}, cache=tmp_path / "cache")


def test_no_network_is_one_sentence(tmp_path, monkeypatch):
    pytest.importorskip("pooch")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # a port nobody listens on
        with pytest.raises(ValueError, match=r"could not be fetched \(ConnectionError\); check the network"):
            load_mnist(f"http://127.0.0.1:{unused.getsockname()[1]}", cache=tmp_path / "cache")


def test_a_connection_that_breaks_off_is_one_sentence(tmp_path, monkeypatch):
    pytest.importorskip("pooch")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    class BreaksOff(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            self.wfile.write(b"only the beginning")

        def log_message(self, *message):
            pass

    server, address = serve(BreaksOff)
    with pytest.raises(ValueError, match=r"could not be fetched \(\w+\); check the network"):
        load_mnist(address, {}, cache=tmp_path / "cache")
    server.shutdown()
    server.server_close()


def test_a_cache_that_cannot_be_written_is_one_sentence(web, tmp_path):
    (tmp_path / "a file").touch()
    with pytest.raises(ValueError, match="a file.* cannot be written to; give another one as `cache`"):
        load_mnist(web[0], {}, cache=tmp_path / "a file" / "cache")


def test_without_pooch_the_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(ValueError, match=r"needs the package pooch: install it \(pip install pooch\)"):
        load_mnist()


IMAGES = np.zeros((20, 28, 28))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (gzip.compress(idx(IMAGES))[:40], "truncated or damaged: it cannot be decompressed"),
        (b"\x1f\x8b" + b"garbage" * 9, "truncated or damaged: it cannot be decompressed"),
        (gzip.compress(idx(IMAGES)[:-1]), "announces 20×28×28 numbers and holds 15679"),
        (gzip.compress(idx(IMAGES) + b"more"), "announces 20×28×28 numbers and holds 15684"),
        (idx(IMAGES)[:9], "truncated"),
        (b"", "not an IDX file"),
        (b"<!DOCTYPE html><title>Not found</title>", "not an IDX file of bytes with 3 dimension"),
        (gzip.compress(idx(np.zeros(20))), "not an IDX file of bytes with 3 dimension"),  # labels as images
        (gzip.compress(b"\0\0\x0d\x03" + idx(IMAGES)[4:]), "not an IDX file of bytes"),  # floating point
        (gzip.compress(idx(IMAGES[:19])), "19 images and 20 labels"),
        (None, "cannot be read from the folder .* it should hold train-images-idx3-ubyte.gz"),
    ],
    ids=itertools.count(),
)  # gzip writes the time: names of the content would differ between two processes
def test_what_is_wrong_with_a_file_is_said_in_one_sentence(folder, content, message):
    if content is None:
        (folder / TRAIN_IMAGES).unlink()
    else:
        (folder / TRAIN_IMAGES).write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        load_mnist(folder, checksums={})
    assert "\n" not in str(caught.value)
