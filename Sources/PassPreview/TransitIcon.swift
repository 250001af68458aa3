/// The symbol between the two places of a boarding pass, drawn by us: Apple's are not for others to use.
func transitIcon(_ type: String) -> String {
  let path =
    switch type {
    case "PKTransitTypeAir":
      "M31 15.2c1.6 0 2.6.8 2.6 1.8s-1 1.8-2.6 1.8h-8.2l-6.6 10.6h-2.8l3.2-10.6H9.2l-3 3.8H3.6l1.8-5.6-1.8-5.6h2.6l3 3.8h7.4"
        + "L13.4 4.600h2.8l6.6 10.6z"
    case "PKTransitTypeBus":
      "M8 5h18a3 3 0 0 1 3 3v17h-2v2.500h-4V25H11v2.500H7V25H5V8a3 3 0 0 1 3-3zm0 4v8h18V9zm2 10.500a2 2 0 1 0 .01 0zm14 0a2 2 0 1 0 .01 0z"
    case "PKTransitTypeTrain":
      "M11 4h12a5 5 0 0 1 5 5v12a4 4 0 0 1-4 4l3 4.500h-3.200L21.8 26h-9.600l-2 3.500H7L10 25a4 4 0 0 1-4-4V9a5 5 0 0 1 5-5z"
        + "M10 8.500v7h14v-7zm2.5 10a2 2 0 1 0 .01 0zm9 0a2 2 0 1 0 .01 0z"
    case "PKTransitTypeBoat":
      "M16 3h2v3h6v7l5 2-3.5 9c-1.5 0-2.5-1-4.2-1s-2.6 1-4.3 1-2.6-1-4.3-1-2.7 1-4.2 1L5 15l5-2V6h6z"
        + "M12.5 8.500v3.600L17 10.500l4.5 1.600V8.500zM4 28c2.2 0 3-1 5-1s2.8 1 4.8 1 3-1 5-1 3 1 5 1 3-1 5-1v2.200c-2 0-3 1-5 1s-3-1-5-1-3 1-5 1-2.8-1-4.8-1-2.8 1-5 1z"
    default: "M4 15.500h19.500l-6-6L19.6 7.4 29.2 17l-9.6 9.6-2.1-2.1 6-6H4z"
    }
  return
    "<svg class=\"transit\" viewBox=\"0 0 34 34\" aria-hidden=\"true\"><path fill-rule=\"evenodd\" d=\"\(path)\"/></svg>"
}
