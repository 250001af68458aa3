/// What `passmintd serve --example-config` prints.
enum ExampleConfiguration {
  /// Everything there is to set. Lines that begin with `#` show what may be left out, and what it is then.
  static let yaml = """
    # passmint.yaml: the service `passmintd serve --config passmint.yaml`.
    # `--check-config` says what is wrong with it, all at once.
    # Paths start from the folder of this file; those in variables from where the program runs.
    # Secrets never stand here: write where they are, {file: PATH} or {env: NAME}.

    # Address and port, or [::1]:8080. PASSMINT_LISTEN goes before it.
    listen: 127.0.0.1:8080
    # What buyers' addresses begin with, as the proxy in front has it. PASSMINT_PUBLIC_URL goes before it.
    public_url: https://passes.example.org
    # A file of SQLite, made when it is not there. PASSMINT_STORE goes before it.
    store: passmint.sqlite
    # trace, debug, info, notice, warning, error or critical; json or text. PASSMINT_LOG_LEVEL and PASSMINT_LOG_FORMAT.
    log: {level: info, format: json}
    # /metrics here, instead of beside everything else.
    metrics: {listen: 127.0.0.1:9090}
    # Proxies whose X-Forwarded-For is believed.
    trusted_proxies: [10.0.0.0/8]
    # In seconds: how long /readyz says no before connections are refused, and how long the whole stop may take.
    shutdown: {delay: 0, grace: 30}
    # Orders fetched at once.
    workers: 16
    # A folder with Apple's “Add to Apple Wallet” artwork by language, en.svg, fr-CA.png; plain buttons without it.
    # badges: badges/
    # How phones are told of changes. `push: off` when they are not to be. Apple's own, in full:
    push:
      host: api.push.apple.com
      # 443, or 2197 where a firewall lets only that through.
      port: 443
      # 10 at once, 5 when it suits the phone's battery.
      priority: 10
      # apns-push-type, apns-expiration in seconds, apns-collapse-id: absent without these.
      # push_type: background
      # lifetime: 86400
      # collapse_id: passes
      # Authorities of a sandbox, PEM; without it those that this machine trusts.
      # roots: sandbox/root.pem

    tenants:
      # Letters, digits, - and _. It stands in addresses and serial numbers: never change it.
      theatre:
        name: Théâtre de la Ville
        # The five values of the institution's integration page.
        secutix:
          url: https://house.ws.secutix.com
          operator: MOSA_PASSES
          institution: MOSA
          partner: PASSMINT
          secret: {file: secrets/secutix}
          # jwt: tokens are made here; token: Secutix is asked for them.
          sign_in: jwt
          api_version: v1_33
          # What Secutix lets all programs of the institution together do.
          calls_per_minute: 180
          # Seconds a call may take.
          timeout: 30
        # Without these two Secutix' point of sale is asked.
        time_zone: Europe/Paris
        currency: EUR
        # Where Secutix' answers hold what, as `passmint issue --mapping` reads it.
        # field_map: map.yaml
        # The pass certificate, its key and Apple's intermediate: a folder, or a .p12 with its password.
        identity: {path: certificates/, password: {file: secrets/p12}}
        # Certificates of the same pass type from before: phones are pushed with them when the one above is refused.
        # former_identities: [{path: certificates.old/}]
        # What tokens are made with: openssl rand -hex 32 > secrets/passes
        secret: {file: secrets/passes}
        # Secrets from before, until no pass made with them is used any more.
        # former_secrets: [{file: secrets/passes.old}]
        templates:
          # Every NAME.pkpasstemplate in it.
          folder: templates/
          # The first that fits: a rule, the comfort variable WALLET, the product's family or subtype, the default.
          rules:
            - {if: 'seat.category == "VIP"', use: vip}
          families: {SEASONTICKET: season-ticket}
          default: concert
        webhook:
          requests_per_minute: 6000
          # Who may send webhooks; anybody without these.
          basic: {user: secutix, password: {file: secrets/webhook}}
          # One of the keys below, with the scope Webhook.Write, in this header.
          # api_key: {header: X-API-KEY}
          allow: [185.0.0.0/24, "2001:db8::/32"]
        # Your own systems, told of what happens to passes: signed as Standard Webhooks (standardwebhooks.com) say.
        outgoing_webhooks:
          - name: crm
            url: https://crm.example.org/passes
            # whsec_ and base64: echo whsec_$(openssl rand -base64 32) > secrets/crm
            secret: {file: secrets/crm}
            # Secrets from before: messages are signed with them too, until the receiver has the new one.
            # former_secrets: [{file: secrets/crm.old}]
            # All without it.
            events: [Pass:Created, Pass:Updated, Pass:Voided, Pass:Installed, Pass:Uninstalled]
            # Machines of your own net that may be sent to; else only those of the public net are.
            # allow: [10.1.2.0/24]
        # Made by `passmintd keys`: only a hash is kept. `expires` may be a day or a moment.
        # Scopes: Secutix.Read, Pass.Read, Pass.Write, Job.Read, Job.Write, Webhook.Write.
        keys:
          - name: Website
            prefix: pm_3f9aQz
            sha256: 7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730
            scopes: [Secutix.Read, Pass.Read]
            expires: 2099-12-31
        # Tokens of an OpenID Connect provider. Tenants that share issuer and audience need tenant_claim.
        bearer:
          issuer: https://login.example.org/
          audience: https://passes.example.org/api/
          jwks: https://login.example.org/.well-known/jwks.json
          scope_claim: scope
          # tenant_claim: tenant
          # tenant_value: theatre
          # Seconds the issuer's clock may be off.
          # leeway: 30

    """
}
