/// Configurations with one mistake each, and what an operator is told.
struct ConfigurationMistake {
  /// What stands in the good configuration.
  let old: String
  /// What stands there instead.
  let new: String
  /// Each with its place, in the order of the file.
  let told: [String]

  init(_ old: String, _ new: String, _ told: String...) {
    self.old = old
    self.new = new
    self.told = told
  }

  private static let url = "url: https://house.ws.secutix.com"
  private static let secret = "secret: {file: secrets/passes}"
  private static let templates = "{folder: templates, default: concert}"
  private static let webhook = "{allow: [10.0.0.0/8]}"
  private static let keys = "\n      - {name"
  private static let bearer = "issuer: https://login.example.org/, audience: passes"

  /// By what they are mistakes of.
  static let all = ["service": service, "tenant": tenant, "templates": templateMistakes, "access": access]

  private static let service: [ConfigurationMistake] = [
    .init(
      "listen: 127.0.0.1:8080", "listen: 8080",
      "1:9: listen: “8080” is no address and port: write them as 127.0.0.1:8080, 0.0.0.0:8080 or [::1]:8080"),
    .init("listen: 127.0.0.1:8080", "lisen: 127.0.0.1:8080", "1:1: lisen: is unknown: did you mean listen?"),
    .init(
      "listen: 127.0.0.1:8080", "port: 8080",
      "1:1: port: is unknown here; known are listen, public_url, store, log, metrics, trusted_proxies, shutdown, workers, badges, push, tenants"
    ),
    .init(
      "public_url: https://passes.example.org", "",
      "1:1: public_url: is missing: write public_url: https://passes.example.org"),
    .init(
      "public_url: https://passes.example.org", "public_url:",
      "2:1: public_url: is missing: write public_url: https://passes.example.org"),
    .init(
      "public_url: https://", "public_url: ftp://",
      "2:13: public_url: is no URL: write one such as https://passes.example.org"),
    .init(
      "public_url: https://", "public_url: ",
      "2:13: public_url: is no URL: write one such as https://passes.example.org"),
    .init(
      "passes.example.org", "passes.example.org/?a=1",
      "2:13: public_url: must end before ? and #: write it such as https://passes.example.org"),
    .init("public_url: https://passes.example.org", "public_url: [a]", "2:13: public_url: must be one value"),
    .init(
      "tenants:", "store: nowhere/at/all.sqlite\ntenants:",
      "3:8: store: there is no folder nowhere/at: make it, or name another file"),
    .init(
      "tenants:", "store: templates\ntenants:",
      "3:8: store: templates is a folder: name a file in it, such as passmint.sqlite"),
    .init(
      "tenants:", "store: postgres://db/passes\ntenants:", "3:8: store: is no path: name a file such as passmint.sqlite"
    ),
    .init(
      "tenants:", "log: {level: loud, format: xml}\ntenants:",
      "3:14: log.level: “loud” is none of trace, debug, info, notice, warning, error, critical",
      "3:28: log.format: “xml” is neither json nor text"),
    .init("tenants:", "log: debug\ntenants:", "3:6: log: must hold members: write level: …, format: …"),
    .init("tenants:", "metrics: {}\ntenants:", "3:1: metrics.listen: is missing: write listen: 127.0.0.1:9090"),
    .init(
      "tenants:", "metrics: {listen: 127.0.0.1:8080}\ntenants:",
      "3:19: metrics.listen: is where everything else listens: leave metrics out to have /metrics there"),
    .init(
      "tenants:", "trusted_proxies: [10.1.0.0/8, proxy]\ntenants:",
      "3:19: trusted_proxies[0]: “10.1.0.0/8” is no block of addresses: write one such as 10.0.0.0/8 or 2001:db8::/32, with zeros behind its length",
      "3:31: trusted_proxies[1]: “proxy” is no block of addresses: write one such as 10.0.0.0/8 or 2001:db8::/32, with zeros behind its length"
    ),
    .init(
      "tenants:", "trusted_proxies: 10.0.0.0/8\ntenants:", "3:18: trusted_proxies: must be a list: write [10.0.0.0/8]"),
    .init(
      "tenants:", "shutdown: {delay: 30}\ntenants:",
      "3:19: shutdown.delay: a delay of 30 seconds leaves nothing of the grace of 30 seconds to stop in"),
    .init("tenants:", "workers: 1.5\ntenants:", "3:10: workers: “1.5” is no whole number from 1 to 1000"),
    .init(
      "tenants:", "workers: 0\nworkers: 5\ntenants:", "3:10: workers: “0” is no whole number from 1 to 1000",
      "4:1: workers: stands here a second time, first in line 3: leave one of them"),
    .init(
      "tenants:", "push: {host: api.sandbox.push.apple.com, port: 0, priority: 7, lifetime: soon}\ntenants:",
      "3:14: push.host: api.sandbox.push.apple.com knows no phone that has a pass: write api.push.apple.com, the only host for passes",
      "3:48: push.port: “0” is no whole number from 1 to 65535", "3:61: push.priority: “7” is not 10, 5 or 1",
      "3:74: push.lifetime: “soon” is no number of seconds up to a year"),
    .init(
      "tenants:",
      "push: {host: 'api.push.apple.com:2197', push_type: a b, collapse_id: É, roots: secrets/short}\ntenants:",
      "3:14: push.host: “api.push.apple.com:2197” is no host's name",
      "3:52: push.push_type: APNs takes 1 to 64 ASCII characters without blanks",
      "3:70: push.collapse_id: APNs takes 1 to 64 ASCII characters without blanks",
      "3:80: push.roots: holds no certificate in PEM: name the roots that APNs' certificate comes from"),
    .init("tenants:", "badges: nowhere\ntenants:", "3:9: badges: nowhere is no folder that can be read"),
    .init(
      "tenants:", "tenants: *all\nothers:",
      "3:10: references (*name) are not read here: write the value out, in quotes if it is one"),
    .init(
      "  theatre:", "  the/atre:",
      "4:3: tenants.“the/atre”: stands in addresses: write up to 64 letters, digits, - and _"),
    .init(
      "  theatre:", "  theatre: Theatre\n  opera:",
      "4:12: tenants.theatre: must hold members: write name: …, secutix: …, time_zone: …, currency: …, field_map: …, identity: …, former_identities: …, secret: …, former_secrets: …, templates: …, webhook: …, keys: …, bearer: …, outgoing_webhooks: …"
    ),
  ]

  private static let tenant: [ConfigurationMistake] = [
    .init("    secutix:\n", "    secutx:\n", "6:5: tenants.theatre.secutx: is unknown: did you mean secutix?"),
    .init("    name: Theatre\n", "", "4:3: tenants.theatre.name: is missing: write name: what people call it"),
    .init("name: Theatre", "name: \"\"", "5:11: tenants.theatre.name: is empty"),
    .init(
      url, "url: http", "7:12: tenants.theatre.secutix.url: is no URL: write one such as https://house.ws.secutix.com"),
    .init(
      url, "url: https://house.ws.secutix.com/tnco",
      "7:12: tenants.theatre.secutix.url: must have no path behind the host: write it such as https://house.ws.secutix.com"
    ),
    .init(
      url, "url: https://me:SMURF@house.ws.secutix.com",
      "7:12: tenants.theatre.secutix.url: holds a user or a password: leave them out"),
    .init(
      "      operator: MOSA_PASSES\n", "",
      "6:5: tenants.theatre.secutix.operator: is missing: write operator: the virtual operator, such as MOSA_PASSES"),
    .init(
      "partner: PASSMINT", "partner: PASSMINT\n      sign_in: oauth",
      "11:16: tenants.theatre.secutix.sign_in: “oauth” is neither jwt nor token"),
    .init(
      "partner: PASSMINT", "partner: PASSMINT\n      api_version: 1.33",
      "11:20: tenants.theatre.secutix.api_version: “1.33” is no version: write one such as v1_33"),
    .init(
      "partner: PASSMINT", "partner: PASSMINT\n      calls_per_minute: 0\n      timeout: 601",
      "11:25: tenants.theatre.secutix.calls_per_minute: “0” is no whole number from 1 to 1000000",
      "12:16: tenants.theatre.secutix.timeout: “601” is no whole number from 1 to 600"),
    .init(
      secret, "secret: SMURF",
      "13:13: tenants.theatre.secret: stands in the configuration itself: put it into a file or into the environment, and write {file: PATH} or {env: NAME}"
    ),
    .init(
      secret, "secret: {SMURF}",
      "13:13: tenants.theatre.secret: must say where the secret is, and nothing else: write {file: PATH} or {env: NAME}"
    ),
    .init(
      secret, "secret: {file: secrets/passes, env: SMURF}",
      "13:13: tenants.theatre.secret: must say where the secret is, and nothing else: write {file: PATH} or {env: NAME}"
    ),
    .init(secret, "secret: {file: }", "13:14: tenants.theatre.secret.file: is missing: write file: PATH"),
    .init(
      secret, "secret: {file: secrets/gone}",
      "13:20: tenants.theatre.secret.file: cannot read secrets/gone: No such file or directory"),
    .init(secret, "secret: {file: secrets}", "13:20: tenants.theatre.secret.file: cannot read secrets: Is a directory"),
    .init(
      secret, "secret: {file: secrets/short}",
      "13:20: tenants.theatre.secret.file: the file holds 15 bytes, at least 16 are wanted: make one with `openssl rand -hex 32`"
    ),
    .init(secret, "secret: {file: secrets/empty}", "13:20: tenants.theatre.secret.file: the file holds nothing"),
    .init(secret, "secret: {env: NOWHERE}", "13:19: tenants.theatre.secret.env: the environment has no such variable"),
    .init(
      secret, secret + "\n    former_secrets: [{file: secrets/short}]",
      "14:29: tenants.theatre.former_secrets[0].file: the file holds 15 bytes, at least 16 are wanted: make one with `openssl rand -hex 32`"
    ),
    .init(
      "name: Theatre", "name: Theatre\n    time_zone: Europe/Pari\n    currency: Euro",
      "6:16: tenants.theatre.time_zone: “Europe/Pari” is no time zone: did you mean Europe/Paris?",
      "7:15: tenants.theatre.currency: “Euro” is no currency: write a code of three letters such as EUR"),
    .init(
      "name: Theatre", "name: Theatre\n    field_map: secrets/gone.yaml",
      "6:16: tenants.theatre.field_map: secrets/gone.yaml cannot be read: No such file or directory"),
    .init(
      "name: Theatre", "name: Theatre\n    field_map: wrong.yaml",
      "wrong.yaml:2:3: tenants.theatre.field_map: there is no field “seat.rwo”; did you mean “seat.row”?"),
    .init(
      "name: Theatre", "name: Theatre\n    field_map: bomb.yaml",
      "bomb.yaml:2:4: tenants.theatre.field_map: references (*name) are not read here: write the value out, in quotes if it is one"
    ),
    .init(
      "{path: certificates}", "{path: nowhere}",
      "12:22: tenants.theatre.identity.path: cannot read nowhere: No such file or directory; check the path and who may read it"
    ),
    .init(
      "{path: certificates}", "{path: templates}",
      "12:22: tenants.theatre.identity.path: no certificate and no key in templates; put the pass certificate, its private key and Apple's intermediate there as PEM, or one .p12; `passmint certs example DIR` makes a set to try with"
    ),
    .init(
      "{path: certificates}", "{path: certificates, password: SMURF}",
      "12:46: tenants.theatre.identity.password: stands in the configuration itself: put it into a file or into the environment, and write {file: PATH} or {env: NAME}"
    ),
  ]

  private static let templateMistakes: [ConfigurationMistake] = [
    .init(
      templates, "{folder: nowhere, default: concert}",
      "14:25: tenants.theatre.templates.folder: nowhere is no folder that can be read"),
    .init(
      templates, "{folder: secrets, default: concert}",
      "14:25: tenants.theatre.templates.folder: secrets holds no template: put folders NAME.pkpasstemplate there"),
    .init(
      templates, "{folder: templates, default: concrt}",
      "14:45: tenants.theatre.templates.default: there is no template “concrt”: did you mean “concert”?"),
    .init(
      templates, "{folder: templates}",
      "14:5: tenants.theatre.templates.default: is missing: write default: the name of a template"),
    .init(
      templates,
      "{folder: templates, default: concert, rules: [{if: 'seat.rwo == \"A\"', use: concert}, {if: seat.row, use: vip}]}",
      "14:67: tenants.theatre.templates.rules[0].if: column 1: seat.rwo: did you mean seat.row?",
      "14:121: tenants.theatre.templates.rules[1].use: there is no template “vip”"),
    .init(
      templates, "{folder: templates, default: concert, rules: [{use: concert}, {if: '{{ seat.row }}', use: concert}]}",
      "14:62: tenants.theatre.templates.rules[0].if: is missing: write if: 'seat.category == \"VIP\"'",
      "14:83: tenants.theatre.templates.rules[1].if: write the condition alone, without {{"),
    .init(
      templates, "{folder: templates, default: concert, families: {SEASONTICKET: conert}}",
      "14:79: tenants.theatre.templates.families.SEASONTICKET: there is no template “conert”: did you mean “concert”?"),
    .init(
      templates, "{folder: broken, default: concert}",
      "14:25: tenants.theatre.templates.folder: concert.pkpasstemplate: broken/concert.pkpasstemplate: there is no template here. Name a folder NAME.pkpasstemplate that holds pass.json and its images"
    ),
  ]

  private static let access: [ConfigurationMistake] = [
    .init(
      webhook, "{requests_per_minute: fast}",
      "15:36: tenants.theatre.webhook.requests_per_minute: “fast” is no whole number from 1 to 1000000000"),
    .init(
      webhook, "{basic: {user: 'a:b', password: SMURF}}",
      "15:29: tenants.theatre.webhook.basic.user: must have no colon, which ends a user's name",
      "15:46: tenants.theatre.webhook.basic.password: stands in the configuration itself: put it into a file or into the environment, and write {file: PATH} or {env: NAME}"
    ),
    .init(
      webhook, "{api_key: {header: 'X KEY'}}",
      "15:24: tenants.theatre.webhook.api_key: no key of the tenant has the scope Webhook.Write, so that no webhook could come in: add one",
      "15:33: tenants.theatre.webhook.api_key.header: “X KEY” is no name of a header: write one such as X-API-KEY"),
    .init(
      webhook, "{allow: [house]}",
      "15:23: tenants.theatre.webhook.allow[0]: “house” is no block of addresses: write one such as 10.0.0.0/8 or 2001:db8::/32, with zeros behind its length"
    ),
    .init(
      webhook,
      "{allow: [10.0.0.0/8]}\n    outgoing_webhooks: [{name: a b, url: 'https://u:p@x/', secret: {file: secrets/passes}, events: [Pass:Voidde, Sold]}]",
      "16:32: tenants.theatre.outgoing_webhooks[0].name: “a b” is no name: write letters, digits, - and _",
      "16:42: tenants.theatre.outgoing_webhooks[0].url: “https://u:p@x/” is no address: write one such as https://crm.example.org/passes, without user and password",
      "16:68: tenants.theatre.outgoing_webhooks[0].secret: is no secret of a webhook, which is whsec_ and 24 to 64 bytes in base64: make one with `echo whsec_$(openssl rand -base64 32)`",
      "16:101: tenants.theatre.outgoing_webhooks[0].events[0]: “Pass:Voidde” is no event: did you mean Pass:Voided?",
      "16:114: tenants.theatre.outgoing_webhooks[0].events[1]: “Sold” is no event: known are Pass:Created, Pass:Updated, Pass:Voided, Pass:Installed, Pass:Uninstalled"
    ),
    .init(
      webhook,
      "{allow: [10.0.0.0/8]}\n    outgoing_webhooks: [{name: crm, url: 'https://10.0.0.7/', secret: {file: secrets/crm}}]",
      "16:42: tenants.theatre.outgoing_webhooks[0].url: 10.0.0.7 is not of the public net: if it is to be sent to, write allow: [10.0.0.7]"
    ),
    .init(
      "prefix: pm_3f9aQz", "prefix: pm_3f9aQz_SMURFSMURFSMURFSMURFSMURFSMURFSMURFSMURF",
      "17:33: tenants.theatre.keys[0].prefix: must be the part of the key before its last _, such as pm_3f9aQz, and no more of it"
    ),
    .init(
      "sha256: ", "sha256: SMURF",
      "17:52: tenants.theatre.keys[0].sha256: must be 64 hexadecimal digits, the SHA-256 of the whole key; make a key anew if it is lost"
    ),
    .init(
      "[Secutix.Read]", "[Secutix.Raed, Everything]",
      "17:127: tenants.theatre.keys[0].scopes[0]: “Secutix.Raed” is no scope: did you mean Secutix.Read?",
      "17:141: tenants.theatre.keys[0].scopes[1]: “Everything” is no scope: known are Secutix.Read, Pass.Read, Pass.Write, Job.Read, Job.Write, Webhook.Write"
    ),
    .init("[Secutix.Read]", "[]", "17:126: tenants.theatre.keys[0].scopes: has no scope, so that it opens nothing"),
    .init(
      "[Secutix.Read]", "[Secutix.Read], expires: 2027-13-01",
      "17:151: tenants.theatre.keys[0].expires: “2027-13-01” is no date: write a day such as 2027-12-31, or a moment such as 2027-12-31T18:00:00+01:00"
    ),
    .init(
      keys, "\n      - {name: A, prefix: pm_a, sha256: \(ConfigurationFolder.hash), scopes: [Job.Read]}" + keys,
      "18:52: tenants.theatre.keys[1].sha256: is the same key as tenants.theatre.keys[0]: give each caller a key of its own"
    ),
    .init(
      "    keys:", "    bearer: {issuer: a, jwks: 'http://login.example.org/keys'}\n    keys:",
      "16:5: tenants.theatre.bearer.audience: is missing: write audience: what tokens for this service have as aud",
      "16:31: tenants.theatre.bearer.jwks: the issuer's keys would come over plain http, where anyone could put in their own: use https"
    ),
    .init(
      "    keys:",
      "    bearer: {\(bearer), jwks: 'https://login.example.org/keys', tenant_value: a, leeway: 61}\n    keys:",
      "16:122: tenants.theatre.bearer.tenant_value: says nothing without tenant_claim: set that too, or leave this out",
      "16:133: tenants.theatre.bearer.leeway: “61” is no whole number from 0 to 60"),
  ]
}
