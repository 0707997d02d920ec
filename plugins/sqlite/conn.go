package sqlite

import (
	"context"
	"fmt"
	"time"

	"modernc.org/libc"
	_ "modernc.org/sqlite" // prepares the library where the platform needs it
	lib "modernc.org/sqlite/lib"

	"github.com/recon-lang/recon/sdk/schema"
)

// conn is a connection of SQLite's own interface, in Go. The driver for database/sql on top of it
// parses texts of columns declared DATE into times, allocates each value, and cannot be
// interrupted between rows. It is for one goroutine.
type conn struct {
	tls *libc.TLS
	db  uintptr
	out uintptr // room for one pointer
}

// failure is an error of SQLite: its code and words.
type failure struct {
	code int32
	text string
}

func (f *failure) Error() string { return f.text }

// open opens the file for reading. It must exist.
func open(path string) (*conn, error) {
	c := &conn{tls: libc.NewTLS()}
	var err error
	if c.out, err = libc.CString("pointer."); err != nil {
		return nil, err
	}
	name, err := libc.CString(path)
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, name)
	rc := lib.Xsqlite3_open_v2(c.tls, name, c.out, lib.SQLITE_OPEN_READONLY|lib.SQLITE_OPEN_NOMUTEX, 0)
	c.db = libc.AtomicLoadPUintptr(c.out)
	if rc != lib.SQLITE_OK {
		err := c.failure(rc)
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *conn) close() {
	lib.Xsqlite3_close_v2(c.tls, c.db)
	libc.Xfree(c.tls, c.out)
	c.tls.Close()
}

func (c *conn) failure(rc int32) error {
	return &failure{code: rc & 0xff, text: libc.GoString(lib.Xsqlite3_errmsg(c.tls, c.db))}
}

// watch interrupts what runs when ctx ends, until release is called.
func (c *conn) watch(ctx context.Context) (release func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-done:
			return
		case <-ctx.Done():
		}
		tls := libc.NewTLS()
		defer tls.Close()
		for { // an interrupt before a statement starts is lost
			lib.Xsqlite3_interrupt(tls, c.db)
			select {
			case <-done:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	}()
	return func() { close(done); <-ended }
}

// stmt is a prepared statement.
type stmt struct {
	c       *conn
	handle  uintptr
	columns int
}

func (c *conn) prepare(sql string, args ...schema.Value) (*stmt, error) {
	text, err := libc.CString(sql)
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, text)
	if rc := lib.Xsqlite3_prepare_v2(c.tls, c.db, text, int32(len(sql)), c.out, 0); rc != lib.SQLITE_OK {
		return nil, c.failure(rc)
	}
	s := &stmt{c: c, handle: libc.AtomicLoadPUintptr(c.out)}
	s.columns = int(lib.Xsqlite3_column_count(c.tls, s.handle))
	used := int(lib.Xsqlite3_bind_parameter_count(c.tls, s.handle)) // the last of args may stand in conditions that were left out
	for i, v := range args[:min(used, len(args))] {
		if err := s.bind(int32(i+1), v); err != nil {
			s.close()
			return nil, err
		}
	}
	return s, nil
}

func (s *stmt) bind(i int32, v schema.Value) error {
	rc := int32(lib.SQLITE_OK)
	switch {
	case v.Null:
		rc = lib.Xsqlite3_bind_null(s.c.tls, s.handle, i)
	case v.Type.Kind == schema.Integer || v.Type.Kind == schema.Boolean:
		rc = lib.Xsqlite3_bind_int64(s.c.tls, s.handle, i, v.Int)
	case v.Type.Kind == schema.Float:
		rc = lib.Xsqlite3_bind_double(s.c.tls, s.handle, i, v.Float)
	default:
		text, err := libc.CString(v.Text)
		if err != nil {
			return err
		}
		defer libc.Xfree(s.c.tls, text)
		rc = lib.Xsqlite3_bind_text(s.c.tls, s.handle, i, text, int32(len(v.Text)), lib.SQLITE_TRANSIENT)
	}
	if rc != lib.SQLITE_OK {
		return fmt.Errorf("bind parameter %d: %w", i, s.c.failure(rc))
	}
	return nil
}

// step goes to the next row; false is the end.
func (s *stmt) step() (bool, error) {
	switch rc := lib.Xsqlite3_step(s.c.tls, s.handle); rc {
	case lib.SQLITE_ROW:
		return true, nil
	case lib.SQLITE_DONE:
		return false, nil
	default:
		return false, s.c.failure(rc)
	}
}

func (s *stmt) close() { lib.Xsqlite3_finalize(s.c.tls, s.handle) }

// storage is how a value is stored.
func (s *stmt) storage(i int) int32 { return lib.Xsqlite3_column_type(s.c.tls, s.handle, int32(i)) }

func (s *stmt) integer(i int) int64 { return lib.Xsqlite3_column_int64(s.c.tls, s.handle, int32(i)) }

func (s *stmt) real(i int) float64 { return lib.Xsqlite3_column_double(s.c.tls, s.handle, int32(i)) }

// bytes are a text or blob, valid until the next step. They are SQLite's.
func (s *stmt) bytes(i int) []byte {
	p := lib.Xsqlite3_column_blob(s.c.tls, s.handle, int32(i))
	n := lib.Xsqlite3_column_bytes(s.c.tls, s.handle, int32(i))
	if p == 0 || n == 0 {
		return nil
	}
	return libc.GoBytes(p, int(n))
}

// text is a text in UTF-8, whatever the file's encoding; otherwise like bytes.
func (s *stmt) text(i int) []byte {
	p := lib.Xsqlite3_column_text(s.c.tls, s.handle, int32(i))
	n := lib.Xsqlite3_column_bytes(s.c.tls, s.handle, int32(i))
	if p == 0 || n == 0 {
		return nil
	}
	return libc.GoBytes(p, int(n))
}

func (s *stmt) name(i int) string {
	return libc.GoString(lib.Xsqlite3_column_name(s.c.tls, s.handle, int32(i)))
}

// declared is the type that a column's table declares, "" where there is none.
func (s *stmt) declared(i int) string {
	return libc.GoString(lib.Xsqlite3_column_decltype(s.c.tls, s.handle, int32(i)))
}

// rows runs a statement and gives its result as text, null as "".
func (c *conn) rows(sql string, args ...schema.Value) ([][]string, error) {
	s, err := c.prepare(sql, args...)
	if err != nil {
		return nil, err
	}
	defer s.close()
	var rows [][]string
	for {
		more, err := s.step()
		if err != nil || !more {
			return rows, err
		}
		row := make([]string, s.columns)
		for i := range row {
			row[i] = string(s.text(i))
		}
		rows = append(rows, row)
	}
}
