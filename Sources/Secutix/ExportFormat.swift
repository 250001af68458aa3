/// The kinds of order exports that are read.
package enum ExportFormat: String, Sendable, Hashable, CaseIterable {
  /// Saved answers of getFileDetails and getOrderDetails, and bodies of order webhook V2.
  case secutixJSON = "secutix-json"
  /// Any flat export of a data export query, by its column names or a mapping.
  case csv
  /// The file Secutix mails to resellers every 15 minutes.
  case barcodesForReseller = "barcodes-for-reseller"
  /// The extended import format, one line a single entry.
  case singleEntry = "single-entry"
}

/// The unit in which an export counts money.
package enum AmountUnit: String, Sendable, Hashable, CaseIterable {
  /// `65.00` is EUR 65.
  case units
  /// `6500` is EUR 65: Secutix's import files.
  case hundredths
  /// `65000` is EUR 65: Secutix's API.
  case thousandths
}
