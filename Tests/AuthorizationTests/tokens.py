"""joserfc's opinion of JSON Web Tokens.

`make` signs tokens as identity providers do and prints them with their keys; `judge` reads tokens with the keys, issuer,
audience and time from stdin and says of each whether it is good.
"""

import json
import sys
import warnings

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey
from joserfc.jwt import JWTClaimsRegistry

warnings.simplefilter("ignore")
ALGORITHMS = ["RS256", "PS256", "ES256"]


def make(now, audience):
    rsa = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig", "alg": "RS256"})
    pss = RSAKey.generate_key(3072, {"kid": "pss", "use": "sig"})
    ec = ECKey.generate_key("P-256", {"kid": "ec", "use": "sig", "alg": "ES256"})
    # Keycloak publishes a key for encryption beside those for signatures.
    encryption = RSAKey.generate_key(2048, {"kid": "enc", "use": "enc", "alg": "RSA-OAEP"})
    edwards = OKPKey.generate_key("Ed25519", {"kid": "ed", "use": "sig", "alg": "EdDSA"})
    times = {"iat": now - 10, "exp": now + 3600}
    auth0 = {
        "iss": "https://venue.eu.auth0.com/", "sub": "auth0|6543210fedcba", "azp": "aBcDeF",
        "aud": [audience, "https://venue.eu.auth0.com/userinfo"], **times,
        "scope": "openid profile Secutix.Read", "permissions": ["Secutix.Read", "Pass.Read"],
    }
    auth0_machine = {
        "iss": "https://venue.eu.auth0.com/", "sub": "aBcDeF@clients", "azp": "aBcDeF", "aud": audience, **times,
        "scope": "Job.Read Job.Write", "gty": "client-credentials",
    }
    keycloak = {
        "iss": "https://id.venue.example/realms/venue", "sub": "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        "typ": "Bearer", "azp": "shop", "aud": ["account", audience], "jti": "onrtac:1", "acr": "1", **times,
        "realm_access": {"roles": ["offline_access", "Pass.Write"]},
        "resource_access": {"account": {"roles": ["view-profile"]}}, "scope": "email Secutix.Read",
        "preferred_username": "anna",
    }
    okta = {
        "iss": "https://venue.okta.com/oauth2/default", "sub": "anna@venue.example", "cid": "0oa", "aud": audience,
        **times, "scp": ["Secutix.Read", "openid"],
    }
    entra = {
        "iss": "https://sts.windows.net/0e/", "sub": "AAAA", "aud": audience, "nbf": now - 10, **times,
        "scp": "Pass.Read Pass.Write",
    }
    cases = [
        ("Auth0, a person", {"alg": "RS256", "typ": "JWT", "kid": "rsa"}, auth0, rsa, ["Pass.Read", "Secutix.Read"]),
        ("Auth0, a machine", {"alg": "RS256", "typ": "at+jwt", "kid": "rsa"}, auth0_machine, rsa,
         ["Job.Read", "Job.Write"]),
        ("Keycloak", {"alg": "RS256", "typ": "JWT", "kid": "rsa"}, keycloak, rsa, ["Secutix.Read"]),
        ("Keycloak, PS256", {"alg": "PS256", "typ": "JWT", "kid": "pss"}, keycloak, pss, ["Secutix.Read"]),
        ("Keycloak, ES256", {"alg": "ES256", "typ": "JWT", "kid": "ec"}, keycloak, ec, ["Secutix.Read"]),
        ("Okta", {"alg": "RS256", "kid": "pss"}, okta, pss, ["Secutix.Read"]),
        ("Entra", {"alg": "RS256", "typ": "JWT", "kid": "pss"}, entra, pss, ["Pass.Read", "Pass.Write"]),
    ]
    return {
        "keys": KeySet([rsa, encryption, pss, ec, edwards]).as_dict(private=False),
        "tokens": [
            {"name": name, "issuer": claims["iss"], "subject": claims["sub"], "scopes": scopes,
             "token": jwt.encode(header, claims, key, algorithms=ALGORITHMS)}
            for name, header, claims, key, scopes in cases
        ],
    }


def judge(question):
    keys = KeySet.import_key_set(question["keys"])
    registry = JWTClaimsRegistry(
        now=question["now"], leeway=question["leeway"], iss={"essential": True, "value": question["issuer"]},
        aud={"essential": True, "value": question["audience"]}, exp={"essential": True})

    def is_good(text):
        try:
            token = jwt.decode(text, keys, algorithms=ALGORITHMS)
            registry.validate(token.claims)
            return True
        except Exception:
            return False

    return [is_good(text) for text in question["tokens"]]


if sys.argv[1] == "make":
    answer = make(int(sys.argv[2]), sys.argv[3])
else:
    answer = judge(json.load(sys.stdin))
json.dump(answer, sys.stdout)
