"""Re-wraps comments that contain a line over the width. Usage: wrap.py WIDTH files…"""
import re,sys,textwrap
W=int(sys.argv[1])
def wrap_block(ind, body):
    # body: list of lines without prefix
    out=[]; para=[]
    def flush():
        if para:
            out.extend(textwrap.wrap(' '.join(para), W-len(ind)-3, break_long_words=False, break_on_hyphens=False)); para.clear()
    for l in body:
        t=l.strip()
        if t=='' : flush(); out.append('')
        elif t.startswith('@') : flush(); para.append(t)
        elif l.startswith('  ') or t.startswith(('- ','* ','|')): flush(); out.append(l.rstrip())
        else: para.append(t)
    flush()
    return out
for p in sys.argv[2:]:
    L=open(p).read().split('\n'); res=[]; i=0
    while i<len(L):
        l=L[i]
        m=re.match(r'^(\s*)/\*\* (.*) \*/$',l)
        if m and len(l)>W:
            ind=m.group(1); body=wrap_block(ind,re.split(r' (?=@throws|@returns|@param)',m.group(2)))
            res+= [ind+'/**']+[ind+' * '+b if b else ind+' *' for b in body]+[ind+' */']; i+=1; continue
        m=re.match(r'^(\s*)/\*\*$',l)
        if m:
            j=i+1
            while j<len(L) and not L[j].strip().startswith('*/') : j+=1
            blk=L[i+1:j]
            if any(len(x)>W for x in blk) and not any('@example' in x for x in blk):
                ind=m.group(1)
                body=wrap_block(ind,[re.sub(r'^\s*\* ?','',x) for x in blk])
                res+= [ind+'/**']+[ind+' * '+b if b else ind+' *' for b in body]+[ind+' */']; i=j+1; continue
        m=re.match(r'^(\s*)// (.*)$',l)
        if m:
            j=i; 
            while j<len(L) and re.match(r'^'+m.group(1)+r'// \S',L[j]): j+=1
            if j>i and any(len(x)>W for x in L[i:j]):
                ind=m.group(1)
                txt=' '.join(x.strip()[3:] for x in L[i:j])
                res+=[ind+'// '+b for b in textwrap.wrap(txt,W-len(ind)-3,break_long_words=False,break_on_hyphens=False)]; i=j; continue
        res.append(l); i+=1
    open(p,'w').write('\n'.join(res))
