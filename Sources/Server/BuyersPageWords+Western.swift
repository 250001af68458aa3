extension BuyersPageWords {
  static let english = BuyersPageWords(
    title: "Your tickets",
    ticket: "Ticket",
    ticketNumber: "Ticket {n}",
    add: "Add to Apple Wallet",
    addAll: "Add all to Apple Wallet",
    addRange: "Add tickets {a} to {b}",
    addLast: "Add ticket {a}",
    allAtOnce: "All tickets at once",
    download: "Download pass",
    cancelled: "Cancelled",
    used: "Used",
    orderCancelled: "All tickets of this order were cancelled. They are no longer valid.",
    ticketCancelled: "This ticket was cancelled. It is no longer valid.",
    waitingOne: "One ticket is not ready yet. It will appear on this page later.",
    waitingMany: "{n} tickets are not ready yet. They will appear on this page later.",
    empty: "There are no tickets here yet. If you have just bought some, please look again a little later.",
    doors: "Doors open at {time}",
    holder: "Name",
    scanTitle: "Open this page on your iPhone",
    scanText:
      "Point the iPhone’s camera at this code, then add your tickets there. You will find the downloads "
      + "below as well.",
    scanLabel: "QR code with the address of this page",
    safariTitle: "Open this page in Safari",
    inAppText:
      "Tickets often cannot be added inside {app}. Tap the menu or share button and choose “Open in "
      + "Safari” or “Open in browser”. Or copy this address and paste it into Safari:",
    inAppUnnamed: "this app",
    otherBrowserText:
      "{app} may not be able to add tickets, and never several at once. Copy this address and paste it "
      + "into Safari:",
    browserTitle: "Open this page in your browser",
    androidInAppText:
      "Downloads often fail inside {app}. Tap the menu and choose “Open in browser”. Or copy this address "
      + "and paste it into your browser:",
    androidTitle: "On Android",
    androidText:
      "Apple Wallet is not available on Android. Your tickets open in wallet apps that read .pkpass files: "
      + "download each pass and open it with such an app.",
    addressLabel: "Address of this page",
    notATicket: "This page is not a ticket. At the entrance, show the pass in your wallet app.",
    privateNote:
      "Anyone who has the address of this page can add these tickets. Share it only with people you trust.",
    unknownTitle: "This link does not work",
    unknownText:
      "It may be incomplete, or no longer valid. Please open the link in your confirmation e-mail once "
      + "more, or ask the ticket office.",
    troubleTitle: "Your tickets cannot be shown right now",
    troubleText: "Nothing is lost. Please try again in a minute.",
    tryAgain: "Try again")

  static let french = BuyersPageWords(
    title: "Vos billets",
    ticket: "Billet",
    ticketNumber: "Billet {n}",
    add: "Ajouter à Apple Wallet",
    addAll: "Tout ajouter à Apple Wallet",
    addRange: "Ajouter les billets {a} à {b}",
    addLast: "Ajouter le billet {a}",
    allAtOnce: "Tous les billets à la fois",
    download: "Télécharger le pass",
    cancelled: "Annulé",
    used: "Utilisé",
    orderCancelled: "Tous les billets de cette commande ont été annulés. Ils ne sont plus valables.",
    ticketCancelled: "Ce billet a été annulé. Il n’est plus valable.",
    waitingOne: "Un billet n’est pas encore prêt. Il apparaîtra plus tard sur cette page.",
    waitingMany: "{n} billets ne sont pas encore prêts. Ils apparaîtront plus tard sur cette page.",
    empty: "Il n’y a pas encore de billet ici. Si vous venez d’en acheter, revenez un peu plus tard.",
    doors: "Ouverture des portes à {time}",
    holder: "Nom",
    scanTitle: "Ouvrez cette page sur votre iPhone",
    scanText:
      "Visez ce code avec l’appareil photo de l’iPhone, puis ajoutez-y vos billets. Vous pouvez aussi les "
      + "télécharger ci-dessous.",
    scanLabel: "Code QR avec l’adresse de cette page",
    safariTitle: "Ouvrez cette page dans Safari",
    inAppText:
      "Dans {app}, l’ajout de billets échoue souvent. Touchez le menu ou le bouton de partage, puis « "
      + "Ouvrir dans Safari » ou « Ouvrir dans le navigateur ». Ou copiez cette adresse et collez-la dans "
      + "Safari :",
    inAppUnnamed: "cette application",
    otherBrowserText:
      "{app} ne peut pas toujours ajouter des billets, et jamais plusieurs à la fois. Copiez cette adresse "
      + "et collez-la dans Safari :",
    browserTitle: "Ouvrez cette page dans votre navigateur",
    androidInAppText:
      "Dans {app}, les téléchargements échouent souvent. Touchez le menu, puis « Ouvrir dans le navigateur "
      + "». Ou copiez cette adresse et collez-la dans votre navigateur :",
    androidTitle: "Sur Android",
    androidText:
      "Apple Wallet n’existe pas sur Android. Vos billets s’ouvrent dans les applications de portefeuille "
      + "qui lisent les fichiers .pkpass : téléchargez chaque pass et ouvrez-le avec une telle application.",
    addressLabel: "Adresse de cette page",
    notATicket:
      "Cette page n’est pas un billet. À l’entrée, présentez le pass dans votre application de "
      + "portefeuille.",
    privateNote:
      "Toute personne qui a l’adresse de cette page peut ajouter ces billets. Ne la partagez qu’avec des "
      + "personnes de confiance.",
    unknownTitle: "Ce lien ne fonctionne pas",
    unknownText:
      "Il est peut-être incomplet ou n’est plus valable. Ouvrez de nouveau le lien de votre e-mail de "
      + "confirmation, ou adressez-vous à la billetterie.",
    troubleTitle: "Vos billets ne peuvent pas être affichés pour le moment",
    troubleText: "Rien n’est perdu. Réessayez dans une minute.",
    tryAgain: "Réessayer")

  static let german = BuyersPageWords(
    title: "Ihre Tickets",
    ticket: "Ticket",
    ticketNumber: "Ticket {n}",
    add: "Zu Apple Wallet hinzufügen",
    addAll: "Alle zu Apple Wallet hinzufügen",
    addRange: "Tickets {a} bis {b} hinzufügen",
    addLast: "Ticket {a} hinzufügen",
    allAtOnce: "Alle Tickets auf einmal",
    download: "Pass herunterladen",
    cancelled: "Storniert",
    used: "Entwertet",
    orderCancelled: "Alle Tickets dieser Bestellung wurden storniert. Sie sind nicht mehr gültig.",
    ticketCancelled: "Dieses Ticket wurde storniert. Es ist nicht mehr gültig.",
    waitingOne: "Ein Ticket ist noch nicht fertig. Es erscheint später auf dieser Seite.",
    waitingMany: "{n} Tickets sind noch nicht fertig. Sie erscheinen später auf dieser Seite.",
    empty:
      "Hier sind noch keine Tickets. Wenn Sie gerade welche gekauft haben, sehen Sie bitte etwas später "
      + "noch einmal nach.",
    doors: "Einlass ab {time}",
    holder: "Name",
    scanTitle: "Öffnen Sie diese Seite auf Ihrem iPhone",
    scanText:
      "Richten Sie die Kamera des iPhones auf diesen Code und fügen Sie Ihre Tickets dort hinzu. "
      + "Herunterladen können Sie sie auch weiter unten.",
    scanLabel: "QR-Code mit der Adresse dieser Seite",
    safariTitle: "Öffnen Sie diese Seite in Safari",
    inAppText:
      "In {app} lassen sich Tickets oft nicht hinzufügen. Tippen Sie auf das Menü oder auf „Teilen“ und "
      + "wählen Sie „In Safari öffnen“ oder „Im Browser öffnen“. Oder kopieren Sie diese Adresse und fügen "
      + "Sie sie in Safari ein:",
    inAppUnnamed: "dieser App",
    otherBrowserText:
      "{app} kann Tickets nicht immer hinzufügen, und nie mehrere auf einmal. Kopieren Sie diese Adresse "
      + "und fügen Sie sie in Safari ein:",
    browserTitle: "Öffnen Sie diese Seite in Ihrem Browser",
    androidInAppText:
      "In {app} schlagen Downloads oft fehl. Tippen Sie auf das Menü und wählen Sie „Im Browser öffnen“. "
      + "Oder kopieren Sie diese Adresse und fügen Sie sie in Ihren Browser ein:",
    androidTitle: "Auf Android",
    androidText:
      "Apple Wallet gibt es auf Android nicht. Ihre Tickets öffnen sich in Wallet-Apps, die "
      + ".pkpass-Dateien lesen: Laden Sie jeden Pass herunter und öffnen Sie ihn mit einer solchen App.",
    addressLabel: "Adresse dieser Seite",
    notATicket: "Diese Seite ist kein Ticket. Zeigen Sie am Einlass den Pass in Ihrer Wallet-App.",
    privateNote:
      "Wer die Adresse dieser Seite hat, kann diese Tickets hinzufügen. Teilen Sie sie nur mit Menschen, "
      + "denen Sie vertrauen.",
    unknownTitle: "Dieser Link funktioniert nicht",
    unknownText:
      "Vielleicht ist er unvollständig oder nicht mehr gültig. Öffnen Sie bitte noch einmal den Link in "
      + "Ihrer Bestätigungs-E-Mail, oder fragen Sie die Ticketkasse.",
    troubleTitle: "Ihre Tickets können gerade nicht angezeigt werden",
    troubleText: "Nichts ist verloren. Bitte versuchen Sie es in einer Minute noch einmal.",
    tryAgain: "Noch einmal versuchen")

  static let dutch = BuyersPageWords(
    title: "Uw tickets",
    ticket: "Ticket",
    ticketNumber: "Ticket {n}",
    add: "Voeg toe aan Apple Wallet",
    addAll: "Voeg alle toe aan Apple Wallet",
    addRange: "Voeg tickets {a} tot en met {b} toe",
    addLast: "Voeg ticket {a} toe",
    allAtOnce: "Alle tickets tegelijk",
    download: "Download de pas",
    cancelled: "Geannuleerd",
    used: "Gebruikt",
    orderCancelled: "Alle tickets van deze bestelling zijn geannuleerd. Ze zijn niet meer geldig.",
    ticketCancelled: "Dit ticket is geannuleerd. Het is niet meer geldig.",
    waitingOne: "Eén ticket is nog niet klaar. Het verschijnt later op deze pagina.",
    waitingMany: "{n} tickets zijn nog niet klaar. Ze verschijnen later op deze pagina.",
    empty: "Hier zijn nog geen tickets. Hebt u ze net gekocht, kijk dan iets later nog eens.",
    doors: "Deuren open om {time}",
    holder: "Naam",
    scanTitle: "Open deze pagina op uw iPhone",
    scanText:
      "Richt de camera van de iPhone op deze code en voeg uw tickets daar toe. U kunt ze hieronder ook "
      + "downloaden.",
    scanLabel: "QR-code met het adres van deze pagina",
    safariTitle: "Open deze pagina in Safari",
    inAppText:
      "In {app} kunnen tickets vaak niet worden toegevoegd. Tik op het menu of de deelknop en kies ‘Open "
      + "in Safari’ of ‘Open in browser’. Of kopieer dit adres en plak het in Safari:",
    inAppUnnamed: "deze app",
    otherBrowserText:
      "{app} kan niet altijd tickets toevoegen, en nooit meer dan één tegelijk. Kopieer dit adres en plak "
      + "het in Safari:",
    browserTitle: "Open deze pagina in uw browser",
    androidInAppText:
      "In {app} mislukken downloads vaak. Tik op het menu en kies ‘Openen in browser’. Of kopieer dit "
      + "adres en plak het in uw browser:",
    androidTitle: "Op Android",
    androidText:
      "Apple Wallet bestaat niet op Android. Uw tickets openen in wallet-apps die .pkpass-bestanden lezen: "
      + "download elke pas en open hem met zo’n app.",
    addressLabel: "Adres van deze pagina",
    notATicket: "Deze pagina is geen ticket. Laat bij de ingang de pas in uw wallet-app zien.",
    privateNote:
      "Wie het adres van deze pagina heeft, kan deze tickets toevoegen. Deel het alleen met mensen die u "
      + "vertrouwt.",
    unknownTitle: "Deze link werkt niet",
    unknownText:
      "Misschien is hij onvolledig of niet meer geldig. Open de link in uw bevestigingsmail nog een keer, "
      + "of vraag het aan de kassa.",
    troubleTitle: "Uw tickets kunnen nu niet worden getoond",
    troubleText: "Er is niets verloren. Probeer het over een minuut opnieuw.",
    tryAgain: "Opnieuw proberen")
}
