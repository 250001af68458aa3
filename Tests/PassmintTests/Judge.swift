import Foundation
import JSON
import Testing

/// What programs that know nothing of this one find in a pass: Python's `zipfile` and `hashlib`, `openssl`, `unzip`.
struct Judged {
  let problems: [String]
  let pass: JSONValue
  let sha256: String
  let files: [String]
}

extension Workplace {
  /// Opens passes with Python and compares all hashes; with `signatures`, also `openssl cms -verify` and `unzip -t`.
  func judge(_ paths: [String], signatures: Bool) throws -> [String: Judged] {
    try write("judge.py", Self.judge)
    try write("paths", paths.joined(separator: "\n"))
    let run = try Run(
      URL(filePath: "/usr/bin/env"),
      ["python3", "judge.py", "certificates/root.pem", "paths", signatures ? "all" : "hashes"], in: folder)
    try #require(run.status == 0, "\(run.errors)")
    var judged: [String: Judged] = [:]
    for (path, value) in zip(paths, try #require(try run.json().array)) {
      judged[path] = Judged(
        problems: value["problems"]?.array?.compactMap(\.stringValue) ?? ["no answer"], pass: value["pass"] ?? .null,
        sha256: value["sha256"]?.stringValue ?? "", files: value["files"]?.array?.compactMap(\.stringValue) ?? [])
    }
    return judged
  }

  /// The pass.json of one pass in `out`.
  func pass(_ name: String) throws -> JSONValue {
    let judged = try #require(try judge(["out/\(name)"], signatures: false)["out/\(name)"])
    try #require(judged.problems == [])
    return judged.pass
  }

  private static let judge = """
    import hashlib, io, json, subprocess, sys, tempfile, zipfile
    root, paths, depth = sys.argv[1:]

    def judge(path):
        data = open(path, "rb").read()
        answer = {"problems": [], "pass": None, "sha256": hashlib.sha256(data).hexdigest(), "files": []}
        problems = answer["problems"]
        try:
            archive = zipfile.ZipFile(io.BytesIO(data))
            names = archive.namelist()
            answer["files"] = names
            if archive.testzip(): problems.append("checksum of " + archive.testzip())
            if len(set(names)) != len(names): problems.append("names twice")
            files = {name: archive.read(name) for name in names}
            if path.endswith(".pkpasses"): return answer
            answer["pass"] = json.loads(files["pass.json"])
            manifest = json.loads(files["manifest.json"])
            hashes = {n: hashlib.sha1(b).hexdigest() for n, b in files.items() if n not in ("manifest.json", "signature")}
            if manifest != hashes: problems.append("manifest does not match")
            if depth == "all":
                with tempfile.TemporaryDirectory() as folder:
                    for name in ("manifest.json", "signature"):
                        open(folder + "/" + name, "wb").write(files[name])
                    verify = subprocess.run(
                        ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", folder + "/signature",
                         "-content", folder + "/manifest.json", "-CAfile", root, "-purpose", "any", "-out", "/dev/null"],
                        capture_output=True, text=True)
                    if verify.returncode != 0: problems.append(verify.stderr)
                unzip = subprocess.run(["unzip", "-tqq", path], capture_output=True, text=True)
                if unzip.returncode != 0: problems.append(unzip.stdout + unzip.stderr)
        except Exception as error:
            problems.append(repr(error))
        return answer

    print(json.dumps([judge(path) for path in open(paths).read().split("\\n") if path]))
    """
}
