import ArgumentParser
import FsyncRepo
import FsyncNet
@main struct Fsync: ParsableCommand { func run() { print("hi") } }
