extension BuyersPageWords {
  static let italian = BuyersPageWords(
    title: "I tuoi biglietti",
    ticket: "Biglietto",
    ticketNumber: "Biglietto {n}",
    add: "Aggiungi ad Apple Wallet",
    addAll: "Aggiungi tutti ad Apple Wallet",
    addRange: "Aggiungi i biglietti da {a} a {b}",
    addLast: "Aggiungi il biglietto {a}",
    allAtOnce: "Tutti i biglietti insieme",
    download: "Scarica il pass",
    cancelled: "Annullato",
    used: "Utilizzato",
    orderCancelled: "Tutti i biglietti di questo ordine sono stati annullati. Non sono più validi.",
    ticketCancelled: "Questo biglietto è stato annullato. Non è più valido.",
    waitingOne: "Un biglietto non è ancora pronto. Apparirà più tardi in questa pagina.",
    waitingMany: "{n} biglietti non sono ancora pronti. Appariranno più tardi in questa pagina.",
    empty: "Qui non ci sono ancora biglietti. Se li hai appena acquistati, torna a vedere un po’ più tardi.",
    doors: "Apertura porte: {time}",
    holder: "Nome",
    scanTitle: "Apri questa pagina sul tuo iPhone",
    scanText:
      "Inquadra questo codice con la fotocamera dell’iPhone e aggiungi lì i tuoi biglietti. Puoi anche "
      + "scaricarli qui sotto.",
    scanLabel: "Codice QR con l’indirizzo di questa pagina",
    safariTitle: "Apri questa pagina in Safari",
    inAppText:
      "Dentro {app} spesso non si possono aggiungere biglietti. Tocca il menu o il pulsante di "
      + "condivisione e scegli “Apri in Safari” o “Apri nel browser”. Oppure copia questo indirizzo e "
      + "incollalo in Safari:",
    inAppUnnamed: "questa app",
    otherBrowserText:
      "{app} non sempre riesce ad aggiungere biglietti, e mai più di uno alla volta. Copia questo "
      + "indirizzo e incollalo in Safari:",
    browserTitle: "Apri questa pagina nel tuo browser",
    androidInAppText:
      "Dentro {app} i download spesso non riescono. Tocca il menu e scegli “Apri nel browser”. Oppure "
      + "copia questo indirizzo e incollalo nel tuo browser:",
    androidTitle: "Su Android",
    androidText:
      "Apple Wallet non esiste su Android. I tuoi biglietti si aprono nelle app wallet che leggono i file "
      + ".pkpass: scarica ogni pass e aprilo con una di queste app.",
    addressLabel: "Indirizzo di questa pagina",
    notATicket: "Questa pagina non è un biglietto. All’ingresso mostra il pass nella tua app wallet.",
    privateNote:
      "Chiunque abbia l’indirizzo di questa pagina può aggiungere questi biglietti. Condividilo solo con "
      + "persone di fiducia.",
    unknownTitle: "Questo link non funziona",
    unknownText:
      "Forse è incompleto o non è più valido. Apri di nuovo il link nell’e-mail di conferma, oppure chiedi "
      + "alla biglietteria.",
    troubleTitle: "Al momento non è possibile mostrare i tuoi biglietti",
    troubleText: "Non è andato perso nulla. Riprova tra un minuto.",
    tryAgain: "Riprova")

  static let spanish = BuyersPageWords(
    title: "Sus entradas",
    ticket: "Entrada",
    ticketNumber: "Entrada {n}",
    add: "Añadir a Apple Wallet",
    addAll: "Añadir todas a Apple Wallet",
    addRange: "Añadir las entradas {a} a {b}",
    addLast: "Añadir la entrada {a}",
    allAtOnce: "Todas las entradas a la vez",
    download: "Descargar el pase",
    cancelled: "Anulada",
    used: "Utilizada",
    orderCancelled: "Todas las entradas de este pedido han sido anuladas. Ya no son válidas.",
    ticketCancelled: "Esta entrada ha sido anulada. Ya no es válida.",
    waitingOne: "Una entrada aún no está lista. Aparecerá más tarde en esta página.",
    waitingMany: "{n} entradas aún no están listas. Aparecerán más tarde en esta página.",
    empty: "Aquí todavía no hay entradas. Si acaba de comprarlas, vuelva a mirar un poco más tarde.",
    doors: "Apertura de puertas: {time}",
    holder: "Nombre",
    scanTitle: "Abra esta página en su iPhone",
    scanText:
      "Apunte a este código con la cámara del iPhone y añada allí sus entradas. También puede descargarlas "
      + "más abajo.",
    scanLabel: "Código QR con la dirección de esta página",
    safariTitle: "Abra esta página en Safari",
    inAppText:
      "Dentro de {app} a menudo no se pueden añadir entradas. Toque el menú o el botón de compartir y "
      + "elija «Abrir en Safari» o «Abrir en el navegador». O copie esta dirección y péguela en Safari:",
    inAppUnnamed: "esta aplicación",
    otherBrowserText:
      "{app} no siempre puede añadir entradas, y nunca varias a la vez. Copie esta dirección y péguela en "
      + "Safari:",
    browserTitle: "Abra esta página en su navegador",
    androidInAppText:
      "Dentro de {app} las descargas fallan a menudo. Toque el menú y elija «Abrir en el navegador». O "
      + "copie esta dirección y péguela en su navegador:",
    androidTitle: "En Android",
    androidText:
      "Apple Wallet no existe en Android. Sus entradas se abren en aplicaciones de cartera que leen "
      + "archivos .pkpass: descargue cada pase y ábralo con una de ellas.",
    addressLabel: "Dirección de esta página",
    notATicket: "Esta página no es una entrada. En el acceso, muestre el pase en su aplicación de cartera.",
    privateNote:
      "Quien tenga la dirección de esta página puede añadir estas entradas. Compártala solo con personas "
      + "de confianza.",
    unknownTitle: "Este enlace no funciona",
    unknownText:
      "Puede que esté incompleto o que ya no sea válido. Abra de nuevo el enlace de su correo de "
      + "confirmación o pregunte en la taquilla.",
    troubleTitle: "Sus entradas no se pueden mostrar en este momento",
    troubleText: "No se ha perdido nada. Vuelva a intentarlo dentro de un minuto.",
    tryAgain: "Volver a intentarlo")

  static let arabic = BuyersPageWords(
    title: "تذاكرك",
    ticket: "تذكرة",
    ticketNumber: "التذكرة {n}",
    add: "إضافة إلى Apple Wallet",
    addAll: "إضافة الكل إلى Apple Wallet",
    addRange: "إضافة التذاكر من {a} إلى {b}",
    addLast: "إضافة التذكرة {a}",
    allAtOnce: "كل التذاكر دفعة واحدة",
    download: "تنزيل البطاقة",
    cancelled: "ملغاة",
    used: "مستخدمة",
    orderCancelled: "أُلغيت جميع تذاكر هذا الطلب ولم تعد صالحة.",
    ticketCancelled: "أُلغيت هذه التذكرة ولم تعد صالحة.",
    waitingOne: "هناك تذكرة واحدة ليست جاهزة بعد. ستظهر لاحقًا في هذه الصفحة.",
    waitingMany: "عدد التذاكر التي ليست جاهزة بعد: {n}. ستظهر لاحقًا في هذه الصفحة.",
    empty: "لا توجد تذاكر هنا بعد. إذا اشتريتها للتو، فيُرجى العودة بعد قليل.",
    doors: "تُفتح الأبواب في {time}",
    holder: "الاسم",
    scanTitle: "افتح هذه الصفحة على جهاز iPhone",
    scanText: "وجّه كاميرا iPhone نحو هذا الرمز ثم أضف تذاكرك هناك. ويمكنك أيضًا تنزيلها أدناه.",
    scanLabel: "رمز QR يحمل عنوان هذه الصفحة",
    safariTitle: "افتح هذه الصفحة في Safari",
    inAppText:
      "كثيرًا ما تتعذّر إضافة التذاكر داخل {app}. اضغط على القائمة أو زر المشاركة ثم اختر «الفتح في "
      + "Safari» أو «الفتح في المتصفح». أو انسخ هذا العنوان والصقه في Safari:",
    inAppUnnamed: "هذا التطبيق",
    otherBrowserText:
      "قد لا يتمكن {app} من إضافة التذاكر، ولا يضيف أكثر من تذكرة في المرة الواحدة. انسخ هذا العنوان "
      + "والصقه في Safari:",
    browserTitle: "افتح هذه الصفحة في متصفحك",
    androidInAppText:
      "كثيرًا ما تفشل التنزيلات داخل {app}. اضغط على القائمة ثم اختر «الفتح في المتصفح». أو انسخ هذا "
      + "العنوان والصقه في متصفحك:",
    androidTitle: "على Android",
    androidText:
      "لا يتوفر Apple Wallet على Android. تُفتح تذاكرك في تطبيقات المحفظة التي تقرأ ملفات "
      + "\u{200E}.pkpass\u{200E}: نزّل كل بطاقة وافتحها بأحد هذه التطبيقات.",
    addressLabel: "عنوان هذه الصفحة",
    notATicket: "هذه الصفحة ليست تذكرة. عند المدخل، أظهر البطاقة في تطبيق المحفظة.",
    privateNote: "كل من لديه عنوان هذه الصفحة يمكنه إضافة هذه التذاكر. لا تشاركه إلا مع من تثق بهم.",
    unknownTitle: "هذا الرابط لا يعمل",
    unknownText: "قد يكون غير مكتمل أو لم يعد صالحًا. افتح الرابط مرة أخرى من رسالة التأكيد، أو اسأل شباك التذاكر.",
    troubleTitle: "لا يمكن عرض تذاكرك الآن",
    troubleText: "لم يضع شيء. يُرجى المحاولة مرة أخرى بعد دقيقة.",
    tryAgain: "المحاولة مرة أخرى")
}
