import Testing

@testable import Authorization

@Suite struct AddressRangeTests {
  @Test(
    arguments: [
      ("10.0.0.0/8", "10.1.2.3"), ("10.0.0.0/8", "::ffff:10.1.2.3"), ("10.0.0.0/8", "::FFFF:0A01:0203"),
      ("10.0.0.0/9", "10.127.255.255"), ("192.0.2.7", "192.0.2.7"), ("192.0.2.6/31", "192.0.2.7"),
      ("0.0.0.0/0", "255.255.255.255"), ("::/0", "2001:db8::1"), ("::/0", "10.1.2.3"),
      ("2001:db8::/32", "2001:db8:ffff::1"), ("::1", "0:0:0:0:0:0:0:1"), ("fe80::/10", "fe80::1%eth0"),
      ("::ffff:10.0.0.0/104", "10.1.2.3"),
    ])
  func `an address lies in its block, however either is written`(block: String, address: String) throws {
    let range = try #require(AddressRange(block))
    #expect(range.contains(address))
  }

  @Test(
    arguments: [
      ("10.0.0.0/8", "11.0.0.0"), ("10.0.0.0/9", "10.128.0.0"), ("192.0.2.7", "192.0.2.6"),
      ("192.0.2.7/32", "192.0.2.8"), ("0.0.0.0/0", "2001:db8::1"), ("2001:db8::/32", "2001:db9::"),
      ("2001:db8::/33", "2001:db8:8000::"), ("::/0", "example.org"), ("0.0.0.0/0", ""), ("0.0.0.0/0", "10.1.2.3:80"),
      ("0.0.0.0/0", "10.1.2"), ("0.0.0.0/0", " 10.1.2.3"),
    ])
  func `what is another address, or none, does not lie in it`(block: String, address: String) throws {
    let range = try #require(AddressRange(block))
    #expect(!range.contains(address))
  }

  @Test(
    arguments: [
      "10.0.0.1/8", "10.128.0.0/8", "192.0.2.7/31", "2001:db8::1/32", "10.0.0.0/33", "::/129", "10.0.0.0/-1",
      "10.0.0.0/", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.0/ 8", "10.0.0.0/99999999999999999999", "/8", "", "10.0.0",
      "010.0.0.0", "256.0.0.0/8", "localhost", "*", "fe80::1::2", "10.0.0.0/८",
    ])
  func `what is no block is refused`(text: String) {
    #expect(AddressRange(text) == nil)
  }
}
