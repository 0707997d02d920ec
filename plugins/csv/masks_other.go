//go:build !amd64

package csv

// findMasks fills out from text, of which there are 64 bytes for each mask.
func findMasks(text []byte, out []blockMask, delimiter, quote byte) {
	masksGeneric(text, out, delimiter, quote)
}
