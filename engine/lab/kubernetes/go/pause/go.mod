module tsplay.lab/pause

go 1.26.0
