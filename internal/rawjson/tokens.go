package rawjson

// Tokens calls visit for each token of a value except commas and colons, with the number of
// arrays and objects around it; a bracket counts the one that it opens or closes.
func Tokens(raw []byte, visit func(token []byte, depth int)) {
	depth := 0
	for i := 0; i < len(raw); {
		end := i + 1
		switch c := raw[i]; {
		case isSpace(c), c == ',', c == ':':
			i = end
			continue
		case c == '"':
			end = stringEnd(raw, i)
		case c == '[', c == '{':
			depth++
		case c == ']', c == '}':
			visit(raw[i:end], depth)
			depth--
			i = end
			continue
		default:
			for end < len(raw) && !isSpace(raw[end]) && raw[end] != ',' && raw[end] != ':' && raw[end] != ']' && raw[end] != '}' {
				end++
			}
		}
		visit(raw[i:end], depth)
		i = end
	}
}
