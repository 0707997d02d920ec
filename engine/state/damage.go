package state

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	badger "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/fb"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/dgraph-io/badger/v4/pb"
	"github.com/dgraph-io/badger/v4/y"
	"google.golang.org/protobuf/proto"
)

// checkDatabase refuses a store that Badger would open by deleting what is left of it, or would panic over in a goroutine that nobody can
// recover.
func checkDatabase(db string) error {
	tables, _ := filepath.Glob(filepath.Join(db, "*.sst"))
	if len(tables) == 0 {
		return nil
	}
	list, err := checkList(db, tables)
	name := badger.ManifestFilename
	for _, table := range tables {
		if err != nil {
			break
		}
		name = filepath.Base(table)
		id, _ := strconv.ParseUint(strings.TrimSuffix(name, ".sst"), 10, 64)
		if t, ok := list[id]; ok {
			err = checkTable(table, t.Compression)
		}
	}
	if err != nil {
		return fmt.Errorf("damaged: %s: %w; recon state restore makes a state of a backup", filepath.Join("db", name), err)
	}
	return nil
}

// checkList looks for tables that the list of tables does not have. Badger takes them for what a killed process had begun to write, and
// deletes them. Such a process leaves a log behind; without one, it is the list that is not what it was.
func checkList(db string, tables []string) (map[uint64]badger.TableManifest, error) {
	f, err := os.Open(filepath.Join(db, badger.ManifestFilename))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("it is missing")
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list, _, err := badger.ReplayManifestFile(f, 0, badger.DefaultOptions(db).WithLogger(nil))
	if err != nil {
		return nil, err
	}
	logs, _ := filepath.Glob(filepath.Join(db, "*.mem"))
	if len(list.Tables) < len(tables) && len(logs) == 0 {
		return nil, errChanged
	}
	return list.Tables, nil
}

var errChanged = errors.New("it was cut off or changed")

// checkTable looks at what Badger reads of a table while it opens: the index, and the first and the last block.
func checkTable(name string, compression options.CompressionType) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	t := table{f, info.Size(), compression}
	// From the end: the length of a checksum, that, the length of the index, that; before them the blocks.
	sum, at, err := t.before(t.size)
	if err != nil {
		return err
	}
	index, _, err := t.before(at)
	if err != nil {
		return err
	}
	if err := checkSum(index, sum); err != nil {
		return err
	}
	blocks := fb.GetRootAsTableIndex(index, 0)
	n := blocks.OffsetsLength()
	for i := 0; i < n; i += max(1, n-1) {
		var at fb.BlockOffset
		if !blocks.Offsets(&at, i) {
			return errChanged
		}
		if err := t.checkBlock(&at); err != nil {
			return err
		}
	}
	return nil
}

type table struct {
	r           io.ReaderAt
	size        int64
	compression options.CompressionType
}

func (t *table) read(at, n int64) ([]byte, error) {
	if at < 0 || n < 0 || at+n > t.size {
		return nil, errChanged
	}
	b := make([]byte, n)
	_, err := t.r.ReadAt(b, at)
	return b, err
}

// before reads bytes that end, with their length after them, at end. It returns where they begin.
func (t *table) before(end int64) (b []byte, at int64, err error) {
	length, err := t.read(end-4, 4)
	if err != nil {
		return nil, 0, err
	}
	n := int64(binary.BigEndian.Uint32(length))
	b, err = t.read(end-4-n, n)
	return b, end - 4 - n, err
}

// checkBlock compares a block with its checksum.
func (t *table) checkBlock(at *fb.BlockOffset) error {
	b, err := t.read(int64(at.Offset()), int64(at.Len()))
	if err != nil {
		return err
	}
	if t.compression == options.Snappy {
		if b, err = unpack(b); err != nil {
			return errChanged
		}
	}
	// From the end: the length of the checksum, that, how many entries there are, where each begins.
	end := int64(len(b)) - 4
	if end < 0 {
		return errChanged
	}
	begin := end - int64(binary.BigEndian.Uint32(b[end:]))
	if begin < 4 {
		return errChanged
	}
	if entries := int64(binary.BigEndian.Uint32(b[begin-4:])); 4*entries > begin-4 {
		return errChanged
	}
	return checkSum(b[:begin], b[begin:end])
}

// checkSum compares data with its checksum.
func checkSum(data, sum []byte) error {
	var want pb.Checksum
	if err := proto.Unmarshal(sum, &want); err != nil {
		return errChanged
	}
	if want.Algo != pb.Checksum_CRC32C && want.Algo != pb.Checksum_XXHash64 || y.VerifyChecksum(data, &want) != nil {
		return errChanged
	}
	return nil
}
