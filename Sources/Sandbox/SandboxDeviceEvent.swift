package import Passes

extension SandboxDevice {
  /// Something that happened on the phone.
  package struct Event: Sendable, Hashable {
    /// Milliseconds since 1970.
    package let at: Int64
    package let what: What

    package enum What: Sendable, Hashable {
      /// A pass is in Wallet. One without a web service can never change.
      case added(serialNumber: String, isUpdatable: Bool)
      /// The holder has filled in the form that the pass came with, and the server has signed for it.
      case personalized(serialNumber: String)
      /// The server will push. It says whether it knew of this already.
      case registered(serialNumber: String, isNew: Bool)
      case pushed(passType: String)
      /// The server said which passes have changed: none, with 204.
      case listed(passType: String, serialNumbers: [String])
      /// The server lists a pass that this phone does not have.
      case stranger(serialNumber: String, passType: String)
      /// A new state of a pass is shown.
      case fetched(serialNumber: String, lastModified: String?, difference: PassDifference)
      /// The pass is as it was.
      case notModified(serialNumber: String)
      /// The lock screen says something. A pass that changes where no field has a message, changes in silence.
      case notification(Notice)
      /// The pass became void.
      case voided(serialNumber: String)
      case removed(serialNumber: String)
      /// The server knows that it is gone.
      case unregistered(serialNumber: String)
      /// A request was not answered as it should be; it is sent again unless it is given up.
      case failed(TaskName, serialNumber: String?, reason: String, isGivenUp: Bool)
    }
  }

  /// What the lock screen says of a field that has changed.
  package struct Notice: Sendable, Hashable {
    package var serialNumber: String
    package var key: String
    package var label: String
    /// As the phone writes values: dates and amounts in the manner of its language.
    package var old: String
    package var new: String
    /// The whole sentence.
    package var text: String
  }

  /// What the phone asks for, in iOS' own words.
  package enum TaskName: String, Sendable, Hashable {
    case register = "Register task"
    case unregister = "Unregister task"
    case list = "Get serial #s task"
    case fetch = "Get pass task"
    case personalize = "Personalize task"
  }
}

extension SandboxDevice.Event: CustomStringConvertible {
  package var description: String { "\(what)" }
}
