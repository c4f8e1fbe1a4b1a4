"""What pyHanko says of a certificate by a trusted list: a line of JSON for each line `LIST<TAB>CERTIFICATE`."""

import json
import logging
import sys
import warnings
from datetime import datetime, timezone

from asn1crypto import x509
from pyhanko.sign.validation.qualified.assess import QualificationAssessor
from pyhanko.sign.validation.qualified.eutl_parse import trust_list_to_registry_unsafe
from pyhanko.sign.validation.qualified.tsp import TSPTrustManager
from pyhanko_certvalidator.path import ValidationPath

# Lists that it refuses are among those it is asked about: what it says of them is the answer.
logging.disable()
warnings.simplefilter("ignore")


def load(name):
    with open(name, "rb") as file:
        return file.read()


def assess(name, certificate):
    registry, _errors = trust_list_to_registry_unsafe(load(name).decode())
    leaf = x509.Certificate.load(load(certificate))
    anchor = next(iter(TSPTrustManager(registry).find_potential_issuers(leaf)))
    path = ValidationPath(anchor, [], leaf)
    now = datetime.now(tz=timezone.utc)
    return QualificationAssessor(registry).check_entity_cert_qualified(path, now).status


for line in sys.stdin:
    try:
        status = assess(*line.rstrip("\n").split("\t"))
        said = {
            "qualified": status.qualified,
            "type": status.qc_type.value,
            "device": status.qc_key_security.is_qscd,
        }
    except Exception as error:  # what it cannot read is an answer too
        said = {"error": repr(error)}
    print(json.dumps(said), flush=True)
