extension IgnoreRules {
  /// The ignore file that `fsync init` writes.
  ///
  /// It names what programs leave behind on their own way to something else. Nothing that a person or a compiler makes is in it.
  package static let standardFile = """
    # What fsync leaves alone here. One pattern a line, as in .gitignore: see fsyncignore(5).
    # Files that are already committed stay so; remove or add lines as you like.

    # Editors: swap files, backups and locks
    *~
    .*.sw[a-p]
    .sw[a-p]
    [#]*#
    .#*
    .~lock.*#
    ~$*
    .nfs*

    # Downloads that are not complete
    *.crdownload
    *.part
    *.partial
    *.aria2
    .com.google.Chrome.*
    .org.chromium.Chromium.*

    # Litter of operating systems and desktops
    .DS_Store
    ._*
    .Spotlight-V100/
    .Trashes
    .fseventsd/
    .TemporaryItems/
    .AppleDouble/
    .Trash-*/
    .directory
    .fuse_hidden*
    .goutputstream-*
    .xdg-volume-info
    lost+found/
    Thumbs.db
    ehthumbs.db
    [Dd]esktop.ini
    $RECYCLE.BIN/
    System Volume Information/

    # Temporaries and state of other synchronizers
    .~tmp~/
    .rsync-partial/
    .syncthing.*.tmp
    ~syncthing~*.tmp
    .stfolder/
    .stversions/
    .unison.*
    *.unison.tmp
    .dropbox
    .dropbox.attr
    .dropbox.cache/
    .sync/
    .mutagen-*
    .nextcloudsync.log
    .sync_*.db
    .sync_*.db-shm
    .sync_*.db-wal
    ._sync_*.db
    .owncloudsync.log

    """
}
