package state

import "encoding/binary"

// What stands under which key. Numbers are big-endian, so keys sort as numbers do; a ledger's
// number and a generation take 8 bytes. Rows and breaks stand in segments, sorted by hash; a segment's key ends in
// the hash of its last row, so that seeking a hash finds the first segment that can hold it.
//
//	m/schema                         version of this layout
//	m/next                           the next generation
//	m/chain                          number and hash of the last run
//	x/GENERATION                     a settling under way: the generations to look at if it dies
//	l/RULE 0 PARAMS                  ledger, with the generation of its breaks
//	w/LEDGER START                   head of a window, with the generation of its rows
//	f/LEDGER DEFINITION              a definition that a head names
//	h/GENERATION LAST SEQUENCE       hashes of rows
//	r/GENERATION LAST SEQUENCE PART  the rows in the same order
//	g/GENERATION LAST SEQUENCE PART  open breaks: what is known of them beside their rows
//	p/GENERATION INDEX               messages
//	o/GENERATION                     says that the messages of this generation are to be sent
//	d/LEDGER BREAK DIGEST OUTCOME    accepted: who, when, why
//	u/NUMBER                         run record
//	n/RUN                            number of the run
const (
	keySchema = "m/schema"
	keyNext   = "m/next"
	keyChain  = "m/chain"
)

// schemaVersion is the version of the layout above and of all that is encoded under it. Version 1 did not compress segments itself; a
// state of it is read as it is, and becomes one of version 2 when it is opened.
const (
	schemaVersion = 2
	schemaOldest  = 1
)

func key(prefix byte, numbers ...uint64) []byte {
	k := make([]byte, 2, 2+8*len(numbers))
	k[0], k[1] = prefix, '/'
	for _, n := range numbers {
		k = binary.BigEndian.AppendUint64(k, n)
	}
	return k
}

// ordered maps instants to numbers of the same order.
func ordered(t int64) uint64 { return uint64(t) ^ 1<<63 }

func segmentKey(prefix byte, generation, last uint64, sequence uint32) []byte {
	return binary.BigEndian.AppendUint32(key(prefix, generation, last), sequence)
}

func ledgerKey(rule string, params [16]byte) []byte {
	k := append([]byte("l/"), rule...)
	k = append(k, 0)
	return append(k, params[:]...)
}

func runKey(id string) []byte { return append([]byte("n/"), id...) }
