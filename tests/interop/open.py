"""Opens the PKCS#12 file of argument 1 with the password in the file of argument 2; says as JSON what is in it."""

import json
import sys

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

with open(sys.argv[1], "rb") as file, open(sys.argv[2], "rb") as password:
    bundle = load_pkcs12(file.read(), password.read())


def der(entry):
    return entry.certificate.public_bytes(Encoding.DER).hex()


def name(entry):
    return None if entry.friendly_name is None else entry.friendly_name.decode("utf-8")


json.dump(
    {
        "key": bundle.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()).hex(),
        "name": name(bundle.cert),
        "certificate": der(bundle.cert),
        "chain": [der(entry) for entry in bundle.additional_certs],
        "chain_names": [name(entry) for entry in bundle.additional_certs],
    },
    sys.stdout,
)
