package state

import "encoding/binary"

// DigestHash is the Hash of a row without a key.
func DigestHash(digest [16]byte) uint64 { return binary.BigEndian.Uint64(digest[:]) }
