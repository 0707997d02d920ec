package csv

func findMasks(text []byte, out []blockMask, delimiter, quote byte) {
	masksGeneric(text, out, delimiter, quote)
}
