package view

import "bytes"

// keys numbers distinct keys from 0 in the order in which they come.
type keys struct {
	slots  []uint32 // number+1, by hash
	hashes []uint64
	ends   []int
	bytes  []byte
}

func (k *keys) len() int { return len(k.hashes) }

// key is the bytes of key i.
func (k *keys) key(i int) []byte {
	start := 0
	if i > 0 {
		start = k.ends[i-1]
	}
	return k.bytes[start:k.ends[i]]
}

// find is the number of a key, or -1 and the slot where it would be.
func (k *keys) find(hash uint64, key []byte) (number, slot int) {
	if len(k.slots) == 0 {
		return -1, -1
	}
	mask := len(k.slots) - 1
	for slot = int(hash) & mask; ; slot = (slot + 1) & mask {
		n := int(k.slots[slot]) - 1
		if n < 0 {
			return -1, slot
		}
		if k.hashes[n] == hash && bytes.Equal(k.key(n), key) {
			return n, slot
		}
	}
}

// add is the number of a key, which is copied if it is new.
func (k *keys) add(hash uint64, key []byte) (number int, added bool) {
	if 4*(len(k.hashes)+1) > 3*len(k.slots) {
		k.grow()
	}
	number, slot := k.find(hash, key)
	if number >= 0 {
		return number, false
	}
	number = len(k.hashes)
	k.slots[slot] = uint32(number) + 1
	k.hashes = append(k.hashes, hash)
	k.bytes = append(k.bytes, key...)
	k.ends = append(k.ends, len(k.bytes))
	return number, true
}

func (k *keys) grow() {
	k.slots = make([]uint32, max(1024, 2*len(k.slots)))
	mask := len(k.slots) - 1
	for n, hash := range k.hashes {
		slot := int(hash) & mask
		for k.slots[slot] != 0 {
			slot = (slot + 1) & mask
		}
		k.slots[slot] = uint32(n) + 1
	}
}

// size is about the bytes of memory that the keys take.
func (k *keys) size() int64 { return int64(24*len(k.hashes) + len(k.bytes)) }

// reset forgets the keys and keeps their memory.
func (k *keys) reset() {
	clear(k.slots)
	k.hashes, k.ends, k.bytes = k.hashes[:0], k.ends[:0], k.bytes[:0]
}
