import JSON

/// What stands where in a document with orders, whichever of Secutix's answers it is.
struct OrderDocument {
  struct Order {
    var value: JSONObject
    /// JSON Pointer of the order in the document.
    var pointer: String
    var operations: [JSONObject]
    /// JSON Pointers of the operations.
    var operationPointers: [String] = []
    var movements: [Movement]
  }

  struct Movement {
    var value: JSONObject
    var pointer: String
    /// The operation it stands in, when movements are nested.
    var operation: Int?
  }

  let value: JSONValue
  let file: JSONObject?
  let contact: JSONObject?
  let orders: [Order]

  static let orderNames = ["orderDetailsDatas", "orderDetailsData", "orders"]
  private static let operationNames = ["operationDatas", "operations"]
  static let movementNames = ["movementDatas", "movements"]

  /// - Throws: `FieldProblem` when the answer failed or holds no order.
  init(_ value: JSONValue) throws(FieldProblem) {
    self.value = value
    guard let root = value.object else { throw FieldProblem(.notAnOrder) }
    if case .string(let status)? = root.value(named: "statusCode"), status.lowercased() != "success" {
      throw FieldProblem(
        column: "statusCode",
        .failedAnswer(status: status, detail: root.value(named: "statusDetail")?.stringValue))
    }
    file = root.value(named: "fileDetailsData")?.object
    contact = file.flatMap { Self.buyer(in: $0) }
    var orders: [Order] = []
    for member in root.members where Self.matches(member.name, Self.orderNames) {
      let pointer = "/" + jsonPointerToken(member.name)
      switch member.value {
      case .object(let order): orders.append(Self.order(order, at: pointer))
      case .array(let elements):
        for (index, element) in elements.enumerated() {
          if case .object(let order) = element { orders.append(Self.order(order, at: "\(pointer)/\(index)")) }
        }
      default: break
      }
    }
    let hasOrders = root.members.contains { Self.matches($0.name, Self.orderNames) }
    if !hasOrders {
      let names = Self.movementNames + Self.operationNames + ["orderId"]
      guard root.members.contains(where: { Self.matches($0.name, names) }) else { throw FieldProblem(.notAnOrder) }
      orders = [Self.order(root, at: "")]
    }
    self.orders = orders
  }

  static func matches(_ name: String, _ names: [String]) -> Bool {
    names.contains { isSameName($0, name) }
  }

  private static func order(_ value: JSONObject, at pointer: String) -> Order {
    var order = Order(value: value, pointer: pointer, operations: [], movements: [])
    order.movements = movements(in: value, at: pointer, operation: nil)
    for (pointer, operation) in elements(of: value, named: operationNames, at: pointer) {
      order.movements += movements(in: operation, at: pointer, operation: order.operations.count)
      var operation = operation
      operation.members.removeAll { matches($0.name, movementNames) }
      order.operations.append(operation)
      order.operationPointers.append(pointer)
    }
    order.value.members.removeAll { matches($0.name, operationNames + movementNames) }
    return order
  }

  private static func movements(in value: JSONObject, at pointer: String, operation: Int?) -> [Movement] {
    elements(of: value, named: movementNames, at: pointer).map {
      Movement(value: $0.1, pointer: $0.0, operation: operation)
    }
  }

  private static func elements(of value: JSONObject, named names: [String], at pointer: String)
    -> [(String, JSONObject)]
  {
    var elements: [(String, JSONObject)] = []
    for member in value.members where matches(member.name, names) {
      for (index, element) in (member.value.array ?? []).enumerated() {
        if case .object(let object) = element {
          elements.append(("\(pointer)/\(jsonPointerToken(member.name))/\(index)", object))
        }
      }
    }
    return elements
  }

  /// Who bought: the contact in the role SALE, else OWNER, else the first.
  private static func buyer(in file: JSONObject) -> JSONObject? {
    let contacts = (file.value(named: "fileContacts")?.array ?? []).compactMap(\.object)
    func role(_ name: String) -> JSONObject? {
      contacts.first { $0.value(named: "fileContactType")?.stringValue == name }
    }
    return role("SALE") ?? role("OWNER") ?? contacts.first
  }
}
