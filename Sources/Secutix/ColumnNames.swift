import Tickets

/// The names by which columns are known without a mapping, most telling first.
///
/// Compared by letters and digits alone: `sale_movement_id`, `saleMovementId` and `Sale movement ID` are one name.
/// Names that could mean several things are not here: a bare `city` may well be the buyer's, `title` a Dr., `amount` the
/// whole order's.
enum ColumnNames {
  static let table: [(TicketField, [String])] = [
    (.ticketID, ["ticketid", "ticketnr", "ticketno", "ticketnumber"]),
    (.ticketMovement, ["salemovementid", "movementid", "movementnr", "movement"]),
    (.ticketOperation, ["operationid"]),
    (.ticketBarcode, ["barcode", "ticketbarcode", "barcodenumber", "barcodevalue", "codebarre", "strichcode"]),
    (.ticketState, ["ticketstate", "state", "ticketstatus", "status"]),
    (.ticketType, ["movementtype", "seattype"]),
    (.eventID, ["eventid"]),
    (.eventPerformance, ["performanceid"]),
    (.eventCode, ["eventcode", "performancecode"]),
    (.eventName, ["eventname", "event", "eventtitle", "performancename", "performance", "show"]),
    (.eventSubtitle, ["eventsubtitle", "subtitle"]),
    (
      .eventStart,
      [
        "eventstart", "startdatetime", "performancestart", "performancedatetime", "startdate", "performancedate",
        "eventdate", "start", "starttime", "date", "validitydate",
      ]
    ),
    (.eventEnd, ["eventend", "enddatetime", "performanceend", "enddate", "end"]),
    (.eventDuration, ["eventduration", "duration"]),
    (.eventDoors, ["eventdoors", "doorsopen", "doors"]),
    (.eventHomeTeam, ["eventhometeam", "hometeam"]),
    (.eventAwayTeam, ["eventawayteam", "awayteam", "visitors"]),
    (.eventHomeAbbreviation, ["eventhomeabbreviation", "homeabbreviation"]),
    (.eventAwayAbbreviation, ["eventawayabbreviation", "awayabbreviation"]),
    (.eventCompetition, ["eventcompetition", "competition"]),
    (.eventPerformers, ["eventperformers", "performers"]),
    (.venueName, ["venuename", "venue", "sitename", "site"]),
    (.venueHall, ["venuehall", "hall", "spacename", "space"]),
    (.venueStreet, ["venuestreet", "venueaddress", "siteaddress"]),
    (.venueZip, ["venuezip", "venuezipcode", "venuepostcode", "sitezipcode"]),
    (.venueCity, ["venuecity", "venuetown", "sitecity", "sitetown"]),
    (.venueCountry, ["venuecountry", "venuecountrycode", "sitecountry"]),
    (.venueLatitude, ["venuelatitude", "latitude"]),
    (.venueLongitude, ["venuelongitude", "longitude"]),
    (.venuePhone, ["venuephone"]),
    (.venueTimeZone, ["venuetimezone", "timezone"]),
    (.seatConfiguration, ["seatconfiguration", "physicalconfiguration"]),
    (.seatArea, ["seatarea", "area", "areaname"]),
    (.seatBlock, ["seatblock", "block", "blockname"]),
    (.seatRow, ["seatrow", "row", "rowname"]),
    (.seatNumber, ["seatnumber", "seat", "seatno", "seatnr"]),
    (.seatEntrance, ["seatentrance", "entrance", "gate", "door"]),
    (.seatLevel, ["seatlevel", "level", "floor"]),
    (.seatCategory, ["seatcategory", "seatcategoryname", "seatcat", "seatcatcode", "category", "categoryname"]),
    (.seatContingent, ["seatcontingent", "contingent"]),
    (.seatAddress, ["seataddress"]),
    (.holderFirstName, ["holderfirstname", "beneficiaryfirstname", "firstname"]),
    (.holderLastName, ["holderlastname", "beneficiarylastname", "lastname"]),
    (.priceAmount, ["priceamount", "price", "ticketprice", "unitprice"]),
    (.priceCurrency, ["pricecurrency", "currency", "currencycode"]),
    (.tariffCode, ["tariffcode"]),
    (.tariffName, ["tariffname", "tariff", "audiencesubcategory"]),
    (.tariffLevel, ["tarifflevel", "pricelevel"]),
    (.productID, ["productid"]),
    (.productCode, ["productcode"]),
    (.productName, ["productname", "product"]),
    (.productFamily, ["productfamily", "productfamilytype"]),
    (.productSubtype, ["productsubtype", "productfamilysubtype"]),
    (.seasonCode, ["seasoncode"]),
    (.seasonName, ["seasonname", "season"]),
    (.orderID, ["orderid", "ordernr", "ordernumber", "orderno", "order"]),
    (.orderSecret, ["ordersecret", "ordersecretid", "ordersecrettoken"]),
    (.orderDate, ["orderdate", "orderdatetime", "ordercreationdate"]),
    (.orderType, ["ordertype", "operationtype"]),
    (.orderState, ["orderstate"]),
    (.fileID, ["fileid", "filenumber", "filenr", "file"]),
    (.fileState, ["filestate"]),
    (.contactNumber, ["contactnumber", "contactnr", "contactreference", "buyingcontactnr"]),
    (.contactFirstName, ["contactfirstname", "buyerfirstname"]),
    (.contactLastName, ["contactlastname", "buyerlastname"]),
    (.contactEmail, ["contactemail", "buyeremail", "email"]),
    (.contactLanguage, ["contactlanguage", "buyerlanguage", "language"]),
  ]

  /// A time of day that stands in its own column beside the day.
  static let timesOfDay: Set<String> = ["starttime", "performancetime", "eventtime", "time"]

  /// Letters and digits in small letters.
  static func key(_ name: String) -> String {
    String(
      String.UnicodeScalarView(
        name.lowercased().unicodeScalars.filter { $0.properties.isAlphabetic || asciiDigit($0) != nil }))
  }

  /// BARCODES_FOR_RESELLER, as Secutix mails it.
  static let barcodesForReseller: [(String, [TicketField])] = [
    ("BAR_CODE", [.ticketBarcode]), ("TICKET_STATE", [.ticketState]), ("FILE_NUMBER", [.fileID]),
    ("PRODUCT_CODE", [.productCode]), ("PRODUCT_NAME", [.productName, .eventName]), ("VALIDITY_DATE", [.eventStart]),
    ("TARIFF_CODE", [.tariffCode]), ("TARIFF_NAME", [.tariffName]), ("PRICE", [.priceAmount]),
    ("ORDER_DATE", [.orderDate]), ("CONTACT_NUMBER", [.contactNumber]),
  ]

  /// The extended import format for single entries. It has codes where a pass shows names: the codes stand in for them.
  static let singleEntry: [(String, [TicketField])] = [
    ("ORDER_NR", [.orderID]), ("ORDER_DATE", [.orderDate]), ("OPERATION_TYPE", [.orderType]),
    ("BUYING_CONTACT_NR", [.contactNumber]), ("FIRST_NAME", [.holderFirstName]), ("LAST_NAME", [.holderLastName]),
    ("SEASON", [.seasonCode]), ("EVENT", [.eventCode, .eventName]), ("START_TIME", [.eventStart]),
    ("SEAT_NUMBER", [.seatAddress]), ("CONTINGENT", [.seatContingent]), ("SEATCAT_CODE", [.seatCategory]),
    ("TARIFF", [.tariffCode, .tariffName]), ("PRICE", [.priceAmount]), ("TICKET_STATE", [.ticketState]),
    ("BARCODE", [.ticketBarcode]), ("PRICE_LEVEL", [.tariffLevel]),
  ]

  /// Columns a preset knows and has no use for; they are not worth a word.
  static let knownButUnused: Set<String> = [
    "institution", "organization", "confirmationdate", "remark", "origincountry", "originregion", "originzipcode",
    "culturalcontactnr", "vat", "paymentdate", "generationdate", "taxnumber", "shipmentdate", "shipmentmode",
    "stnumber",
    "stcode", "rejectedbecause",
  ]
}
