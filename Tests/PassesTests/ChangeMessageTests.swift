import Passes
import Testing

@Suite("Fields that change without a word") struct ChangeMessageTests {
  private func findings(_ fields: String, yaml: String? = nil) throws -> [Finding] {
    try Fixture.template(fields: fields, yaml: yaml).findings().filter { $0.code == "change-message-missing" }
  }

  @Test func `the place of the value is told, and what is in it`() throws {
    let found = try findings(
      #"{"key": "place", "value": "{% if seat.category %}{{ seat.row | append: seat.number }}{% endif %}"}"#)
    #expect(found.count == 1)
    #expect(found.first?.place.pointer == "/eventTicket/auxiliaryFields/0/value")
    #expect(found.first?.place.line == 8)
    #expect(found.first?.message.contains("seat.number or seat.row") == true)
  }

  @Test func `one message for a value is enough, wherever it stands`() throws {
    let field = #"{"key": "day", "value": "{{ event.start }}", "dateStyle": "PKDateStyleShort"}"#
    #expect(try findings(field).count == 1)
    let announced = #"{"key": "when", "value": "{{ event.start | date: '%c' }}", "changeMessage": "Now %@"}"#
    #expect(try findings("\(field), \(announced)") == [])
  }

  @Test func `an empty message says that none is wanted, for its own field alone`() throws {
    let silent = #"{"key": "a", "value": "{{ venue.hall }}", "changeMessage": ""}"#
    #expect(try findings(silent) == [])
    #expect(try findings(silent + #", {"key": "b", "value": "{{ venue.hall }}"}"#).count == 1)
  }

  @Test func `names, prices and what is only asked need none`() throws {
    for value in [
      "{{ holder.name }}", "{{ price | money }}", "{{ event.name }}", "{{ event.end }}", "Row",
      "{% if seat.row %}seated{% endif %}", "{% assign row = seat.row %}standing",
    ] {
      #expect(try findings(#"{"key": "a", "value": "\#(value)"}"#) == [], "\(value)")
    }
    #expect(try findings(#"{"key": "a", "value": "{% assign row = seat.row %}{{ row }}"}"#).count == 1)
  }

  @Test func `what only the designer knows the meaning of needs one, or an empty one`() throws {
    for value in ["{{ variables.GATE }}", "{{ variables['GATE'] }}", "{{ source.movement.gate | upcase }}"] {
      let found = try findings(#"{"key": "gate", "value": "\#(value)"}"#)
      #expect(found.map(\.severity) == [.warning], "\(value)")
      for message in ["", "Gate %@"] {
        #expect(try findings(#"{"key": "gate", "value": "\#(value)", "changeMessage": "\#(message)"}"#) == [])
      }
    }
    let gate = #"{"key": "gate", "value": "{{ variables.GATE }}", "changeMessage": "Gate %@"}"#
    #expect(try findings(gate + #", {"key": "door", "value": "{{ variables.DOOR }}"}"#).count == 1)
    // What is shown without it tells what it is.
    #expect(try findings(#"{"key": "a", "value": "{{ variables.STOP | default: seat.entrance }}"}"#).count == 1)
    for value in ["{{ variables.NUMBER | default: contact.number }}", "{% if variables.VIP %}lounge{% endif %}"] {
      #expect(try findings(#"{"key": "a", "value": "\#(value)"}"#) == [], "\(value)")
    }
  }

  @Test func `a binding is named where it is written`() throws {
    let found = try findings(#"{"key": "gate", "value": "B4"}"#, yaml: "bindings:\n  gate: '{{ seat.entrance }}'\n")
    #expect(found.map(\.place.file) == ["template.yaml"])
    #expect(found.first?.place.line == 2)
  }
}
