import sys
def rw(path, pairs):
    s=open(path).read()
    for a,b in pairs:
        if a not in s: print("NOT FOUND in",path,":",a[:90]); continue
        s=s.replace(a,b)
    open(path,'w').write(s)
