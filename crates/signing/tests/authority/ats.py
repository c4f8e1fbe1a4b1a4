"""What the archive time stamps of a .p7m must stamp, put together anew with asn1crypto (EN 319 122-1, 5.5.2 and 5.5.3).

Arguments: a .p7m in DER, a folder. For each archive stamp N of each signer writes N.token and N.stamped there. Fails
where an index lists what is not in the file, or leaves out what is on the signer beside archive stamps.
"""
import hashlib
import sys
from pathlib import Path

from asn1crypto import algos, cms, core

ARCHIVE = "0.4.0.1733.2.4"
INDEX = "0.4.0.19122.1.5"


class Hashes(core.SequenceOf):
    _child_spec = core.OctetString


class Index(core.Sequence):
    _fields = [
        ("algorithm", algos.DigestAlgorithm),
        ("certificates", Hashes),
        ("revocations", Hashes),
        ("attributes", Hashes),
    ]


def attributes(signer):
    """Name and value of each unsigned attribute, in their encodings."""
    if not signer["unsigned_attrs"]:
        return
    for attribute in signer["unsigned_attrs"]:
        for value in attribute["values"]:
            yield attribute["type"], value.dump()


data = cms.ContentInfo.load(open(sys.argv[1], "rb").read())["content"]
out, count = Path(sys.argv[2]), 0
for signer in data["signer_infos"]:
    for name, value in list(attributes(signer)):
        if name.dotted != ARCHIVE:
            continue
        token = cms.ContentInfo.load(value)
        stamper = token["content"]["signer_infos"][0]
        found = [value for name, value in attributes(stamper) if name.dotted == INDEX]
        assert len(found) == 1, "not one index"
        index = Index.load(found[0], strict=True)
        hashed = lambda octets: hashlib.new(index["algorithm"]["algorithm"].native, octets).digest()
        listed = {field: [member.native for member in index[field]]
                  for field in ("certificates", "revocations", "attributes")}
        there = {
            "certificates": [one.dump() for one in data["certificates"]],
            "revocations": [one.dump() for one in data["crls"]],
            "attributes": [name.dump() + value for name, value in attributes(signer)],
        }
        for field, hashes in listed.items():
            all_there = [hashed(octets) for octets in there[field]]
            assert all(one in all_there for one in hashes), f"{field}: lists what is not there"
        for name, value in attributes(signer):
            if name.dotted != ARCHIVE:
                assert hashed(name.dump() + value) in listed["attributes"], f"{name.dotted} is not covered"
        content = data["encap_content_info"]
        stamped = content["content_type"].dump() + hashed(content["content"].native)
        for field in ("version", "sid", "digest_algorithm", "signed_attrs", "signature_algorithm", "signature"):
            stamped += signer[field].dump()
        stamped += found[0]
        (out / f"{count}.token").write_bytes(value)
        (out / f"{count}.stamped").write_bytes(stamped)
        count += 1
print(count)
