"""Judges the signatures of PDFs with pyHanko and nothing else: no line, only what is in the file and one root.

Arguments: the root (PEM), then files. Prints one JSON object: file name to a list, one word per signature.
"""
import asyncio
import json
import sys
import warnings

warnings.filterwarnings("ignore")
from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import KeyUsageConstraints
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

root = x509.Certificate.load(pem.unarmor(open(sys.argv[1], "rb").read())[2])
policy = CertValidationPolicySpec(
    trust_manager=SimpleTrustManager.build(trust_roots=[root]),
    revinfo_policy=CertRevTrustPolicy(revocation_checking_policy=REQUIRE_REVINFO),
)
spec = PdfSignatureValidationSpec(
    SignatureValidationSpec(
        cert_validation_policy=policy,
        revinfo_gathering_policy=RevocationInfoGatheringSpec(
            online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY
        ),
        key_usage_settings=KeyUsageConstraints(key_usage={"non_repudiation"}),
    )
)
verdicts = {}
for name in sys.argv[2:]:
    with open(name, "rb") as file:
        words = []
        for signature in PdfFileReader(file).embedded_regular_signatures:
            try:
                result = asyncio.run(ades_lta_validation(signature, spec))
                words.append(str(result.ades_subindic))
                if result.failure_msg:
                    print(result.failure_msg, result.oldest_evidence_record_timestamp, file=sys.stderr)
            except Exception as error:
                words.append(f"{type(error).__name__}: {error}")
        verdicts[name.rsplit("/", 1)[-1]] = words
print(json.dumps(verdicts))
