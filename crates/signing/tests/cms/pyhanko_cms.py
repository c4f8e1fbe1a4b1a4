"""Judges CMS files with pyHanko: the folder of the first argument holds ca.pem and *.p7m; prints one JSON object,
file name to true (intact, valid, trusted) or false."""
import asyncio
import json
import pathlib
import sys
import warnings

warnings.filterwarnings("ignore")
from asn1crypto import cms, pem, x509
from pyhanko.sign.validation import KeyUsageConstraints
from pyhanko.sign.validation.generic_cms import async_validate_cms_signature
from pyhanko_certvalidator import ValidationContext

folder = pathlib.Path(sys.argv[1])
root = x509.Certificate.load(pem.unarmor((folder / "ca.pem").read_bytes())[2])
usage = KeyUsageConstraints(key_usage={"non_repudiation"})
verdicts = {}
for path in sorted(folder.glob("*.p7m")):
    try:
        info = cms.ContentInfo.load(path.read_bytes(), strict=False)
        context = ValidationContext(trust_roots=[root], allow_fetching=False, revocation_mode="soft-fail")
        judged = async_validate_cms_signature(
            info["content"], validation_context=context, key_usage_settings=usage
        )
        status = asyncio.run(judged)
        verdicts[path.name] = bool(status.intact and status.valid and status.trusted)
    except Exception as error:
        print(f"{path.name}: {type(error).__name__} {error}", file=sys.stderr)
        verdicts[path.name] = False
print(json.dumps(verdicts))
