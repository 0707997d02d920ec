package sdk

import (
	"fmt"
	"os"
)

func serve(src Source) {
	fmt.Fprintf(os.Stderr, "%s is a plugin of recon, which starts it by itself\n", src.Describe().Name)
	os.Exit(1)
}
