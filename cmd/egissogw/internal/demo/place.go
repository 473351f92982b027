package demo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5/pgconn"

	"egissogw/adapter/store/pgcluster"
	"egissogw/cmd/egissogw/internal/fault"
)

// What the demo takes of a disk: measured with 2,500 prescriptions it was 214 MiB.
const (
	demoSpace        = 256 << 20
	demoSpacePerFact = 40 << 10
	// demoReserve is how little is left when the demo stops: PostgreSQL must not get
	// to the end of it.
	demoReserve = 24 << 20
)

// freeSpace is how many bytes an ordinary user may still write where path is.
var freeSpace = func(path string) (uint64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return 0, err
	}
	return s.Bavail * uint64(s.Bsize), nil
}

// place is the folder a demo writes to.
type demoPlace struct {
	dir   string
	space func(string) (uint64, error)
}

// newDemoPlace makes a folder, and refuses one a demo of so many prescriptions has no room in.
func newDemoPlace(facts int) (*demoPlace, error) {
	const advice = "задайте другой каталог, например TMPDIR=/var/tmp"
	dir, err := os.MkdirTemp("", "egissogw-demo-")
	if err == nil {
		dir, err = filepath.Abs(dir)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("каталога для временных файлов %s нет: %s", os.TempDir(), advice)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return nil, fmt.Errorf("в каталог для временных файлов %s нельзя писать: %s", os.TempDir(), advice)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return nil, fmt.Errorf("в каталоге для временных файлов %s нет места: %s", os.TempDir(), advice)
	case err != nil:
		return nil, fmt.Errorf("каталог для временных файлов: %w", err)
	}
	p := &demoPlace{dir: dir, space: freeSpace}
	if err := os.Chmod(dir, 0o711); err != nil { // the database server may run as another user
		return nil, errors.Join(fmt.Errorf("каталог для временных файлов: %w", err), p.remove())
	}
	need := uint64(demoSpace + facts*demoSpacePerFact)
	if free, err := p.space(dir); err == nil && free < need {
		return nil, errors.Join(fmt.Errorf("в каталоге для временных файлов %s свободно %d МиБ, а нужно %d: освободите место или %s",
			os.TempDir(), free>>20, need>>20, advice), p.remove())
	}
	return p, nil
}

// errDiskFull ends a demo.
var errDiskFull = errors.New("на диске кончилось место")

func (p *demoPlace) full() error {
	return fmt.Errorf("%w: в каталоге %s осталось меньше %d МиБ; освободите место или задайте другой каталог, например TMPDIR=/var/tmp",
		errDiskFull, filepath.Dir(p.dir), demoReserve>>20)
}

// watch ends the context of a demo as soon as the disk is nearly full: what would follow are
// errors of PostgreSQL and others that name anything but that.
func (p *demoPlace) watch(ctx context.Context, end context.CancelCauseFunc) {
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	for {
		if p.nearlyFull() {
			end(p.full())
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (p *demoPlace) nearlyFull() bool {
	free, err := p.space(p.dir)
	return err == nil && free < demoReserve
}

// explain says why a demo failed, where what failed first does not.
func (p *demoPlace) explain(ctx context.Context, err error) error {
	var server *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.Is(context.Cause(ctx), errDiskFull):
		return context.Cause(ctx)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), p.nearlyFull(),
		errors.As(err, &server) && server.Code == pgerrcode.DiskFull:
		return p.full()
	case ctx.Err() != nil:
		return fault.ErrInterrupted
	case errors.Is(err, pgcluster.ErrNoEntry):
		return fmt.Errorf("PostgreSQL работает от имени пользователя postgres, а ему нельзя войти в каталог для временных файлов: "+
			"задайте другой, например TMPDIR=/var/tmp (%w)", err)
	}
	return err
}

// remove removes the folder, also when something still writes to it as it ends.
func (p *demoPlace) remove() (err error) {
	for range 20 {
		if err = os.RemoveAll(p.dir); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}
