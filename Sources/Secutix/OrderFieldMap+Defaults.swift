import Tickets

extension OrderFieldMap {
  /// Fields and their candidates. Read in public sources: barCode, beneficiary…, seatCategory, area, contingent,
  /// unitPrice, product…, performance…, siteAddress, the ids, states and types. The others are guesses.
  static let defaults: [(TicketField, [String])] = [
    (.venueTimeZone, ["operation.timeZone", "operation.siteTimeZone", "order.timeZone", "order.organizationTimeZone"]),
    (.ticketID, ["ticket.ticketId", "ticket.id", "movement.ticketId"]),
    // A movement that undoes another names the one that was sold.
    (.ticketMovement, ["movement.saleMovementId", "movement.movementId", "movement.id"]),
    (.ticketOperation, ["movement.operationId", "operation.operationId", "operation.id"]),
    (
      .ticketBarcode,
      ["ticket.barCode", "ticket.barcode", "movement.barCode", "movement.barcode", "movement.ticketBarcode"]
    ),
    (.ticketState, ["ticket.ticketState", "ticket.state", "movement.ticketState", "movement.ticketStatus"]),
    (.ticketType, ["movement.type"]),
    (.eventID, ["operation.eventId"]),
    (.eventPerformance, ["operation.performanceId"]),
    (.eventCode, ["operation.eventCode", "operation.performanceCode"]),
    (.eventName, ["operation.eventName", "operation.event", "operation.performance", "operation.product"]),
    (.eventSubtitle, ["operation.performanceSubtitle", "operation.subtitle"]),
    (
      .eventStart,
      [
        "operation.startDate", "operation.startDateTime", "operation.performanceStart", "operation.performanceDate",
        "operation.start", "operation.performanceStartDate", "movement.startDate", "movement.timeslotStart",
      ]
    ),
    (.eventEnd, ["operation.endDate", "operation.endDateTime", "operation.performanceEnd", "operation.end"]),
    (.eventDuration, ["operation.duration", "operation.performanceDuration"]),
    (.eventDoors, ["operation.doorsOpen", "operation.doorsOpening"]),
    (.eventHomeTeam, ["operation.homeTeam"]),
    (.eventAwayTeam, ["operation.awayTeam", "operation.visitorTeam"]),
    (.eventHomeAbbreviation, ["operation.homeTeamCode"]),
    (.eventAwayAbbreviation, ["operation.awayTeamCode"]),
    (.eventCompetition, ["operation.competition"]),
    (.eventPerformers, ["operation.performers"]),
    (.venueName, ["operation.site", "operation.siteName", "operation.venue"]),
    (.venueHall, ["operation.space", "operation.spaceName", "operation.hall"]),
    (.venueStreet, ["operation.siteAddress.firstAddressLine", "operation.siteAddress.street"]),
    (.venueZip, ["operation.siteAddress.zipCode", "operation.siteAddress.zip", "operation.siteAddress.postCode"]),
    (.venueCity, ["operation.siteAddress.town", "operation.siteAddress.city", "operation.siteAddress.locality"]),
    (.venueCountry, ["operation.siteAddress.countryCode", "operation.siteAddress.country"]),
    (.venueLatitude, ["operation.siteAddress.latitude"]),
    (.venueLongitude, ["operation.siteAddress.longitude"]),
    (.venuePhone, ["operation.siteAddress.phone"]),
    (.seatConfiguration, ["movement.physicalConfiguration"]),
    (.seatArea, ["movement.area"]),
    (.seatBlock, ["movement.block"]),
    (.seatRow, ["movement.row"]),
    (.seatNumber, ["movement.seat", "movement.seatNumber", "movement.number"]),
    (.seatEntrance, ["movement.entrance", "movement.gate", "movement.door"]),
    (.seatLevel, ["movement.level", "movement.floor"]),
    (.seatCategory, ["movement.seatCategory", "operation.seatCategory"]),
    (.seatContingent, ["movement.contingent"]),
    (.holderFirstName, ["movement.beneficiaryFirstname", "movement.beneficiary.firstName"]),
    (.holderLastName, ["movement.beneficiaryLastname", "movement.beneficiary.lastName"]),
    (.priceAmount, ["movement.unitPrice", "movement.price", "movement.amount", "operation.unitPrice"]),
    (.priceCurrency, ["order.catalogCurrency.currencyCode", "order.currencyCode", "order.currency"]),
    (.tariffCode, ["operation.audienceSubCategoryCode", "operation.tariffCode"]),
    (.tariffName, ["operation.audienceSubCategory", "operation.audienceSubCategoryName", "operation.tariff"]),
    (.tariffLevel, ["operation.priceLevel", "operation.priceLevelName"]),
    (.productID, ["operation.productId"]),
    (.productCode, ["operation.productCode"]),
    (.productName, ["operation.product", "operation.productName"]),
    (.productFamily, ["operation.productFamilyType", "operation.productFamily", "operation.kind"]),
    (.productSubtype, ["operation.productFamilySubtype", "operation.productSubtype", "operation.subType"]),
    (.seasonCode, ["operation.seasonCode"]),
    (.seasonName, ["operation.season", "operation.seasonName"]),
    (.orderID, ["order.orderId", "order.id"]),
    (.orderSecret, ["order.orderSecretId", "order.orderSecretToken"]),
    (.orderDate, ["order.creationDateTime", "order.creationDate", "order.orderDate"]),
    (.orderType, ["order.orderType"]),
    (.orderState, ["order.orderState"]),
    (.fileID, ["file.fileId", "order.fileId", "operation.fileId"]),
    (.fileState, ["file.fileState", "order.fileState"]),
    (.contactNumber, ["contact.contactReference", "contact.contactNumber", "order.contactReference"]),
    (.contactFirstName, ["contact.firstName"]),
    (.contactLastName, ["contact.lastName"]),
    (.contactEmail, ["contact.email"]),
    (.contactLanguage, ["contact.language", "contact.languageCode", "contact.locale"]),
  ]

  /// Lists of tickets, in a movement or (each with its movement's id) in the order.
  static let defaultTickets = [
    "movement.tickets", "movement.ticketDatas", "movement.ticketDetailsDatas", "order.ticketDatas", "order.tickets",
  ]

  static let defaultVariables = [
    "order.comfortVariables", "operation.comfortVariableValues", "operation.comfortVariables",
    "movement.comfortVariableValues", "movement.comfortVariables",
  ]
}
