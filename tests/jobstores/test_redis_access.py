"""
Who may use the server of a store on Redis, and what is seen on the way there.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from twisted.internet import reactor
from twisted.internet.ssl import (
    Certificate,
    PrivateCertificate,
    trustRootFromCertificates,
)
from twisted.trial.unittest import TestCase

from txsched.errors import BadValue, StoreUnavailable
from txsched.jobstores import RedisJobStore
from txsched.jobstores.redis.address import address_of
from txsched.model import OnConflict
from txsched.testing.contracts.job_store.samples import (
    NODE,
    START,
    after,
    at,
    make_job,
    make_plan,
    running,
)
from txsched.testing.servers import Server, Valkey

from .between import Between
from .valkey import ValkeyTestCase

ERROR = OnConflict.ERROR
DAY = timedelta(days=1)


async def work(test: TestCase, store: RedisJobStore) -> None:
    """
    Let a job run once, and look at everything.
    """
    await store.add_jobs([make_job()], ERROR)
    (lease,) = await store.claim_jobs(NODE, START, at(30), 5)
    run = running(lease)
    test.assertEqual([], await store.commit([make_plan(lease, [run])], NODE, at(30)))
    test.assertEqual([], await store.finish([after(run, lease.term)]))
    test.assertEqual(1, await store.prune(None, 0, 10))
    await store.examine(START)


class LoginTests(TestCase):
    """
    Users, passwords, and what they may do.
    """

    def start(self, **options: Any) -> Server:
        server = Server(Valkey(**options))
        server.start()
        self.addCleanup(server.close)
        return server

    def make(self, url: str) -> RedisJobStore:
        store = RedisJobStore(url, reactor=reactor)
        self.addCleanup(store.close)
        return store

    async def refused(self, url: str) -> str:
        with self.assertRaises(StoreUnavailable) as caught:
            await self.make(url).open()
        return str(caught.exception)

    async def test_user(self) -> None:
        """
        A user with a password can work, over TCP and over a socket, whatever characters
        both have.
        """
        for tcp in (True, False):
            server = self.start(tcp=tcp, user="me@home", password="p:/?#@ä%")
            store = self.make(server.url)
            await store.open()
            await work(self, store)

    async def test_wrong_passwords(self) -> None:
        """
        A wrong password, or none, is refused, and not shown.
        """
        server = self.start(tcp=True, user="me", password="right-one")
        wrong = server.url.replace("right-one", "wrong-one")
        reason = await self.refused(wrong)
        self.assertIn("WRONGPASS", reason)
        self.assertIn("me@127.0.0.1", reason)
        self.assertNotIn("wrong-one", reason)
        place = server.url.partition("@")[2]
        self.assertIn("NOAUTH", await self.refused(f"redis://{place}"))

    async def test_password_alone(self) -> None:
        """
        A server that has only a password is given that.
        """
        server = self.start(tcp=True, settings={"requirepass": "secret"})
        place = server.url.partition("//")[2]
        store = self.make(f"redis://:secret@{place}")
        await store.open()
        await work(self, store)

    async def test_few_rights(self) -> None:
        """
        The rights that the documentation names are enough.
        """
        server = self.start(user="admin", password="a")
        admin = self.make(server.url)
        await admin.open()
        rights = (
            "on >b ~{mine}:* &{mine}:* -@all +@read +@write +@connection +@pubsub"
            " +@scripting -@dangerous +time +info"
        )
        call = admin._requests.connection.call
        await call("ACL", "SETUSER", "node", *rights.split())
        url = server.url.replace("admin:a@", "node:b@")
        with self.assertRaises(StoreUnavailable) as caught:
            await self.make(url).open()
        self.assertIn("NOPERM", str(caught.exception))
        store = RedisJobStore(url, reactor=reactor, prefix="mine")
        self.addCleanup(store.close)
        await store.open()
        await work(self, store)
        await call("ACL", "SETUSER", "node", "resetchannels", "&{other}:*")
        with self.assertRaises(StoreUnavailable) as caught:
            await RedisJobStore(url, reactor=reactor, prefix="mine").open()
        self.assertIn("NOPERM", str(caught.exception))
        await call("ACL", "SETUSER", "node", "allchannels", "-info")
        self.assertEqual("Redis", (await store.examine(START)).kind)

    async def test_settings_are_kept_secret(self) -> None:
        """
        A server that does not tell its settings is asked for what it tells of itself.
        """
        server = self.start(
            settings={
                "maxmemory": "100mb",
                "maxmemory-policy": "allkeys-lru",
            }
        )
        store = self.make(server.url)
        await store.open()
        before = (await store.examine(START)).warnings
        await store._requests.connection.call("ACL", "SETUSER", "default", "-config")
        self.assertEqual(before, (await store.examine(START)).warnings)
        (warning,) = before
        self.assertIn("allkeys-lru", warning)


@frozen
class Authority:
    """
    Signs certificates, and keeps them in files of a folder.
    """

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def make(cls, folder: Path) -> Authority:
        folder.mkdir()
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("authority")
        certificate = _builder(name, name, key.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        authority = cls(folder, key, certificate.sign(key, SHA256()))
        authority.write("ca.pem", authority.certificate.public_bytes(Encoding.PEM))
        return authority

    def write(self, name: str, data: bytes) -> str:
        path = self.folder / name
        path.write_bytes(data)
        return str(path)

    def issue(self, common_name: str) -> tuple[str, str]:
        """
        Make a certificate for this machine, and give its file and that of its key.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        names = [
            x509.DNSName("localhost"),
            x509.IPAddress(IPv4Address("127.0.0.1")),
        ]
        builder = _builder(
            _name(common_name), self.certificate.subject, key.public_key()
        )
        builder = builder.add_extension(
            x509.SubjectAlternativeName(names), critical=False
        )
        signed = builder.sign(self.key, SHA256())
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return (
            self.write(f"{common_name}.pem", signed.public_bytes(Encoding.PEM)),
            self.write(f"{common_name}.key", pem),
        )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(subject: x509.Name, issuer: x509.Name, key: Any) -> Any:
    now = datetime.now(timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + DAY)
    )


class TLSTests(ValkeyTestCase):
    """
    TLS, where both sides show who they are.
    """

    def setUp(self) -> None:
        self.authority = Authority.make(Path(self.mktemp()))

    def listen(self) -> str:
        """
        Speak TLS in front of a new database.

        :returns: its URL, without the host.
        """
        certificate, key = self.authority.issue("server")
        own = PrivateCertificate.loadPEM(
            Path(certificate).read_bytes() + Path(key).read_bytes()
        )
        ca = (self.authority.folder / "ca.pem").read_bytes()
        trusted = trustRootFromCertificates([Certificate.loadPEM(ca)])
        from twisted.internet.ssl import CertificateOptions

        options = CertificateOptions(
            privateKey=own.privateKey.original,
            certificate=own.original,
            trustRoot=trusted,
        )
        proxy = Between(address_of(self.make_url()).path)
        port = reactor.listenSSL(0, proxy, options, interface="127.0.0.1")
        self.addCleanup(port.stopListening)
        self.addCleanup(proxy.all_gone)
        return f"{port.getHost().port}/{self.url.partition('=')[2]}"

    def options(self, common_name: str = "client") -> dict[str, str]:
        certificate, key = self.authority.issue(common_name)
        return {
            "tls_ca": str(self.authority.folder / "ca.pem"),
            "tls_certificate": certificate,
            "tls_key": key,
        }

    async def refused(self, url: str, **options: str) -> str:
        store = self.make_closed(url, **options)
        with self.assertRaises(StoreUnavailable) as caught:
            await store.open()
        return str(caught.exception)

    async def test_both_sides(self) -> None:
        """
        With an authority that both trust, a store works; the key may be in the file of
        the certificate.
        """
        place = self.listen()
        options = self.options()
        store = await self.open_store(f"rediss://localhost:{place}", **options)
        await work(self, store)
        both = Path(options["tls_certificate"])
        with both.open("ab") as file:
            file.write(Path(options.pop("tls_key")).read_bytes())
        other = await self.open_store(f"rediss://localhost:{place}", **options)
        self.assertEqual(1, (await other.status()).jobs)

    async def test_strangers(self) -> None:
        """
        A server of an authority that is not trusted, and one of another name, are
        refused; and so is who shows nothing.
        """
        place = self.listen()
        options = self.options()
        url = f"rediss://localhost:{place}"
        alone = {"tls_ca": options["tls_ca"]}
        await self.refused(url, **alone)
        strangers = Authority.make(Path(self.mktemp()))
        options["tls_ca"] = str(strangers.folder / "ca.pem")
        self.assertIn("certificate", await self.refused(url, **options))

    def test_bad_files(self) -> None:
        """
        Files that are not there, or hold nothing of use, are named.
        """
        options = self.options()
        empty = self.authority.write("empty", b"")
        broken = self.authority.write(
            "broken", b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"
        )
        for name in ("tls_ca", "tls_certificate"):
            for path in ("/no/such/file", empty, broken):
                bad = {**options, name: path}
                with self.assertRaises(BadValue) as caught:
                    self.make_closed("rediss://localhost", **bad)
                self.assertEqual(name, caught.exception.field)
                self.assertIn(path, caught.exception.reason)
        with self.assertRaises(BadValue) as caught:
            self.make_closed("rediss://localhost", tls_key=options["tls_key"])
        self.assertEqual("tls_key", caught.exception.field)
