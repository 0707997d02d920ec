package wire

import "errors"

// NewFolder has nothing to offer here: go-plugin speaks TCP on Windows, and so do we.
func NewFolder() (string, error) { return "", errors.New("sockets are not used on Windows") }

// SweepFolders has nothing to do here.
func SweepFolders() {}
