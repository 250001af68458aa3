import Testing
import Foundation
@Test func x() { print(Bundle.main.bundleURL, CommandLine.arguments, Bundle.main.executablePath ?? "") }
